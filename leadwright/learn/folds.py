"""Who is learned from and who only tests: the newest months test, and no lead or account stands on both sides."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

from leadwright.learn.examples import Examples, Flags, Ints

FOLDS = 3
_TESTED_SHARE = 0.25
_LEAST_MONTHS, _LEAST_CONVERSIONS = 2, 30
_LARGEST_GROUP = 0.05


def months_to_test(months: int) -> int:
    """How many of so many months could be wanted for testing: what the rules are asked about."""
    return max(1, months // 2) if months > 1 else 0


def tested(examples: Examples) -> Flags:
    """The examples of the newest months: a quarter of all, two months and 30 conversions at least, half at most."""
    months = np.unique(examples.months)
    for count in range(1, months_to_test(len(months)) + 1):
        newest: Flags = examples.months >= months[-count]
        conversions = len(np.unique(examples.leads[newest & (examples.converted == 1)]))
        if count >= _LEAST_MONTHS and newest.mean() >= _TESTED_SHARE and conversions >= _LEAST_CONVERSIONS:
            return newest
    count = months_to_test(len(months))
    return examples.months >= months[-count] if count else np.zeros(len(examples), dtype=bool)


def groups(examples: Examples) -> np.ndarray[Any, Any]:
    """The account of each example; its lead, where the account has more than one in twenty of all leads."""
    names, codes = np.unique(examples.groups, return_inverse=True)
    _, leads = np.unique(examples.leads, return_inverse=True)
    pairs = np.unique(np.stack([codes, leads]), axis=1)
    sizes = np.bincount(pairs[0], minlength=len(names))
    large = sizes > max(1.0, _LARGEST_GROUP * (leads.max() + 1))
    return np.where(large[codes], examples.leads, examples.groups)


def of_groups(names: np.ndarray[Any, Any]) -> Ints:
    """The fold of each example by the name of its group: the same tomorrow, too."""
    found, codes = np.unique(names, return_inverse=True)
    return np.array([crc32(str(name).encode()) % FOLDS for name in found])[codes]
