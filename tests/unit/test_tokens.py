"""The refresh token that outlives the process: who may read it, which one counts, and that two never trade at once."""

from __future__ import annotations

import logging
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import SecretStr

from leadwright.connectors.errors import ConfigError, LockedError
from leadwright.connectors.tokens import InMemory, TokenKeeper
from leadwright.tokens import FOLDER, KeptTokens

SET = SecretStr("set-by-a-person")


class Service:
    """Ends each token with its use; a token that comes twice is a theft."""

    def __init__(self, first: str = SET.get_secret_value()) -> None:
        self.good, self.number = first, 0
        self.seen: list[str] = []

    def trade(self, token: SecretStr) -> tuple[str, SecretStr | None]:
        self.seen.append(token.get_secret_value())
        assert token.get_secret_value() == self.good, "theft"
        time.sleep(0.01)
        self.number += 1
        self.good = f"secret-{self.number}"
        return f"access-{self.number}", SecretStr(self.good)


def kept(home: Path, wait: float = 10) -> KeptTokens:
    return KeptTokens(home, "salesforce", wait)


@pytest.mark.parametrize("forgets", [True, False], ids=["memory", "home"])
def test_the_newest_token_is_used(tmp_path: Path, forgets: bool) -> None:
    service = Service()
    keeper: TokenKeeper = InMemory() if forgets else kept(tmp_path)
    assert [keeper.exchange(SET, service.trade) for _ in range(3)] == ["access-1", "access-2", "access-3"]


def test_it_outlives_the_process_and_its_owner_alone_reads_it(tmp_path: Path) -> None:
    service, home = Service(), tmp_path / "home"
    assert kept(home).exchange(SET, service.trade) == "access-1"
    assert kept(home).exchange(SET, service.trade) == "access-2"
    files = sorted((home / FOLDER).iterdir())
    assert [file.name for file in files] == ["salesforce.json", "salesforce.lock"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((home / FOLDER).stat().st_mode) == 0o700
    assert SET.get_secret_value() not in files[0].read_text()


def test_a_token_that_a_person_sets_anew_counts(tmp_path: Path) -> None:
    first, second = Service(), Service("a-new-one")
    kept(tmp_path).exchange(SET, first.trade)
    kept(tmp_path).exchange(SecretStr("a-new-one"), second.trade)
    kept(tmp_path).exchange(SecretStr("a-new-one"), second.trade)
    assert second.seen == ["a-new-one", "secret-1"]


def test_accounts_do_not_mix(tmp_path: Path) -> None:
    for account in ("salesforce", "salesforce_emea"):
        assert KeptTokens(tmp_path, account, 1).exchange(SET, Service().trade) == "access-1"


def test_where_nothing_rotates_nothing_is_kept(tmp_path: Path) -> None:
    assert kept(tmp_path).exchange(SET, lambda token: ("access", None)) == "access"
    assert kept(tmp_path).exchange(SET, lambda token: (token.get_secret_value(), token)) == "set-by-a-person"
    assert not (tmp_path / FOLDER / "salesforce.json").exists()


def test_a_sign_in_that_fails_keeps_what_there_was(tmp_path: Path) -> None:
    service = Service()
    kept(tmp_path).exchange(SET, service.trade)

    def fail(token: SecretStr) -> tuple[str, SecretStr | None]:
        raise OSError("no answer")

    with pytest.raises(OSError, match="no answer"):
        kept(tmp_path).exchange(SET, fail)
    assert kept(tmp_path).exchange(SET, service.trade) == "access-2"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"came_of_sha256": 1}'])
def test_a_file_that_was_spoilt_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "salesforce.json").write_text(text)
    assert kept(tmp_path).exchange(SET, Service().trade) == "access-1"


def test_many_at_once_trade_one_after_the_other(tmp_path: Path) -> None:
    service = Service()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept(tmp_path).exchange(SET, service.trade), range(16)))
    assert sorted(found) == sorted(f"access-{i + 1}" for i in range(16))


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    done = threading.Event()
    with FileLock(tmp_path / FOLDER / "salesforce.lock"), pytest.raises(LockedError, match="salesforce"):
        kept(tmp_path, 0).exchange(SET, lambda _: (done.set(), None))
    assert not done.is_set()


def test_a_home_that_cannot_be_written_is_told_before_a_token_is_spent(tmp_path: Path) -> None:
    service = Service()
    (tmp_path / "home").write_text("a file")
    with pytest.raises(ConfigError, match="LEADWRIGHT_HOME"):
        kept(tmp_path / "home").exchange(SET, service.trade)
    assert service.seen == []


def test_no_token_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        kept(tmp_path).exchange(SET, Service().trade)
    assert "secret-1" not in caplog.text
    assert SET.get_secret_value() not in caplog.text
