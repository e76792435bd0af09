"""Keeps the newest refresh token of a CRM account in the home.

Salesforce can end a refresh token with its first use and send another: then the one in the settings is good for one
sign-in, and what came of it must outlive the process.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import SecretStr

from leadwright.connectors.errors import ConfigError, LockedError
from leadwright.connectors.tokens import T, Trade

FOLDER = "tokens"
"""The folder in the home; one file for each account, which its owner alone can read."""


class KeptTokens:
    """A `TokenKeeper` for one account.

    Args:
        home: the home of the installation.
        account: what the CRM account is called here.
        wait_seconds: how long to wait for another process that signs in.
    """

    def __init__(self, home: Path, account: str, wait_seconds: float) -> None:
        self._folder = (
            home / FOLDER
        ).resolve()  # in the copy that a dry run works on, it leads to the home's own
        self._account = account
        self._file = self._folder / f"{account}.json"
        self._wait_seconds = wait_seconds

    def exchange(self, configured: SecretStr, trade: Trade[T]) -> T:
        """See `TokenKeeper`. A token that a person has set since counts, and not what came of the one before it.

        Raises:
            ConfigError: nothing can be written in the home.
            LockedError: another process has been signing in for too long.
        """
        origin = hashlib.sha256(configured.get_secret_value().encode()).hexdigest()
        with self._locked():
            newest = self._newest(origin) or configured
            found, following = trade(newest)
            if following and following != newest:
                self._keep(origin, following)
            return found

    def _newest(self, origin: str) -> SecretStr | None:
        """The kept token, where it came of the one that is set."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return SecretStr(kept["refresh_token"]) if kept["came_of_sha256"] == origin else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, origin: str, token: SecretStr) -> None:
        text = json.dumps({"came_of_sha256": origin, "refresh_token": token.get_secret_value()})
        try:
            with tempfile.NamedTemporaryFile("w", dir=self._folder, delete=False) as file:  # mode 0600
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self._file)
        except OSError as error:
            raise ConfigError(
                f"The new refresh token of {self._account} cannot be kept in {self._folder} ({error.strerror}), and "
                "the one before it may be good no more. Make room or correct LEADWRIGHT_HOME, and set a new one."
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(self._file.with_suffix(".lock"), mode=0o600)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire(timeout=self._wait_seconds)
        except Timeout:
            raise LockedError(
                f"Another process has been signing in to {self._account} for {self._wait_seconds:g} seconds. Run again."
            ) from None
        except OSError as error:
            raise ConfigError(
                f"Nothing can be written in {self._folder} ({error.strerror}), where the refresh token of "
                f"{self._account} is kept. Set LEADWRIGHT_HOME to a directory that you may write."
            ) from None
        try:
            yield
        finally:
            lock.release()
