"""Stops all writing to the CRMs at once, also that of a run which is under way: a file in the home, or a setting.

The file is looked for between calls, so any process and any person who may write to the home can stop a run.
"""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadwright.connectors.errors import ConfigError
from leadwright.formatting import moment
from leadwright.settings import Settings

SETTING = "LEADWRIGHT_PAUSED"
_FILE = "paused"


@dataclass(frozen=True, slots=True)
class Pause:
    """Why nothing is written.

    Attributes:
        by: who paused; None where the setting, or a file that somebody made by hand, does not say.
    """

    by_setting: bool = False
    by: str | None = None
    since: datetime | None = None
    reason: str = ""

    def __str__(self) -> str:
        if self.by_setting:
            return f"Writing is paused by {SETTING}."
        who = f" by {self.by}" if self.by else ""
        since = f" since {moment(self.since)}" if self.since else ""
        return f"Writing is paused{since}{who}{f': {self.reason}' if self.reason else ''}."

    @property
    def way_out(self) -> str:
        """What to do so that writing goes on."""
        if self.by_setting:
            return f"Unset {SETTING}; the next run sends what is left."
        return "`leadwright resume`; the next run sends what is left."


def pause(settings: Settings, reason: str = "") -> Pause:
    """Stop all writing, until `resume`; what was paused already stays as it is."""
    if found := _by_file(settings):
        return found
    made = Pause(by=os_user(), since=datetime.now(UTC), reason=reason)
    said = {"by": made.by, "since": made.since.isoformat() if made.since else None, "reason": reason}
    file = settings.make_home() / _FILE
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.replace(file)  # a run that looks meanwhile sees all of it or nothing
    return made


def resume(settings: Settings) -> Pause | None:
    """Let runs write again; what ended, None where nothing was paused.

    Raises:
        ConfigError: the setting still pauses.
    """
    settings.make_home()
    found = _by_file(settings)
    _file(settings).unlink(missing_ok=True)
    if settings.paused:
        raise ConfigError(f"Writing stays paused: {SETTING} is set. Unset it in the environment or in .env.")
    return found


def state(settings: Settings) -> Pause | None:
    """Why nothing is to be written at this moment; None where writing goes on."""
    return Pause(by_setting=True) if settings.paused else _by_file(settings)


def os_user() -> str:
    """Who runs this process, as the system calls him."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may know no name for the number
        return f"uid {os.getuid()}"


def _file(settings: Settings) -> Path:
    return settings.home / _FILE


def _by_file(settings: Settings) -> Pause | None:
    try:
        text = _file(settings).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        said = json.loads(text)
        return Pause(by=said["by"], since=datetime.fromisoformat(said["since"]), reason=said["reason"])
    except (ValueError, KeyError, TypeError):  # made by hand: that it is there is what counts
        return Pause(reason=" ".join(text.split()))
