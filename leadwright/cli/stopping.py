"""Ends a command that is told to end: Ctrl-C, SIGTERM, a terminal that is closed.

What the command is in may take minutes and cannot be interrupted: a query, a call to a CRM. A run may be killed at any
moment and loses nothing, so after a few seconds the command ends where it is; all that is undone is what would outlive
it.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import RLock, Thread
from typing import NoReturn

GRACE_SECONDS = 3.0
"""For Prefect to note that its run has ended, and for steps that can be interrupted."""

_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
_MESSAGE = "Stopped. Run the same command again; nothing is sent twice."
_CLEAN_LINE = "\r\x1b[2K\x1b[?25h"  # a bar may stand there, with the cursor hidden

_undo: list[Callable[[], None]] = []
_told: list[int] = []
_stderr = 2
_lock = RLock()


def watch() -> None:
    """From now on end the process, with one message, when it is told to."""
    sys.warnoptions.append(
        "ignore:resource_tracker"
    )  # it cleans up after us, and would say so below our message
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    # tells a thread of every signal, also while the main thread is in a long call or Prefect handles SIGTERM itself
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in _CODES:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)
    Thread(target=_wait, args=(reading,), daemon=True).start()


def leave_to_the_command() -> None:
    """Give the signals back: the command ends by itself."""
    signal.set_wakeup_fd(-1)
    for number in _CODES:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def before(undo: Callable[[], None]) -> None:
    """Have `undo` called before the process is ended: it takes away what would outlive it."""
    _undo.append(undo)


def end_if_told() -> None:
    """End the process here where it was told to; threads of its own may still be busy."""
    if _told:
        _end()


def _interrupt(number: int, _frame: object) -> None:
    _note(number)
    raise KeyboardInterrupt


def _wait(reading: int) -> None:
    _note(_next(reading))
    if select.select([reading], [], [], GRACE_SECONDS)[0]:
        _next(reading)  # told a second time: at once
    _end()


def _next(reading: int) -> int:
    while (number := os.read(reading, 1)[0]) not in _CODES:
        pass
    return number


def _note(number: int) -> None:
    """Keep why the process ends; what libraries say about being interrupted is not for the user."""
    global _stderr
    with _lock:
        if not _told:
            _told.append(number)
            _stderr = os.dup(2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def end(code: int) -> NoReturn:
    """End the process without the interpreter's own end; undo what would outlive it.

    That would wait for threads and take seconds, and DuckDB's binding would complain of each object that outlives it.
    """
    with _lock:  # the thread and the command's own end may come here at once
        for undo in reversed(_undo):
            with suppress(Exception):  # whatever state it is in, the rest is undone too
                undo()
        with suppress(OSError):  # nobody may be reading any more
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def leave(code: int) -> NoReturn:
    """End the process after a command that did its work: what wants to be told of that, such as log handlers, is."""
    atexit._run_exitfuncs()
    end(code)


def _end() -> NoReturn:
    with _lock:
        _undo.insert(0, _say_stopped)  # the last thing that is done
        end(_CODES[signal.Signals(_told[0])])


def _say_stopped() -> None:
    if "--json" in sys.argv:
        answer = json.dumps({"error": {"kind": "Interrupted", "message": _MESSAGE}})
        os.write(1, f"{answer}\n".encode())
    os.write(_stderr, f"{_CLEAN_LINE if os.isatty(_stderr) else ''}Error: {_MESSAGE}\n".encode())
