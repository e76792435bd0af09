"""Sends the rows of the sync models to the CRMs and keeps the ledger: every row's fate, before and after.

What to write is decided in SQL; this module only ships it. A row is noted as `sending` before it goes out, so a
run that is killed leaves a trace; the next run marks such rows `unknown`, and the next pull shows the truth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from connectors.base import Change, Connector, Outcome, Value
from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.transform import SyncModel
