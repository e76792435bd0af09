"""Three public tables whose true pairs are known, and how close linkage comes to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow as pa

from leadwright.linkage.links import Kind, find_links
from tests.real_data import tables

Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Labelled:
    """A table with a column `id`, what its columns hold, and the pairs that are the same."""

    table: pa.Table
    kinds: Mapping[str, Kind]
    true_pairs: Pairs


@dataclass(frozen=True)
class Quality:
    """How many of the found pairs are right, how many of the right ones were found, and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / ((self.precision + self.recall) or 1)


def load(folder: Path) -> dict[str, Labelled]:
    """The three tables by name; `folder` is `dedupe` of the shared data."""
    febrl = tables.read(folder / "febrl1.csv")
    fake = tables.read(folder / "fake_1000.csv")
    restaurants = tables.read(folder / "restaurants.csv")
    gold = tables.read(folder / "restaurants_gold.csv")
    return {
        "febrl1": Labelled(
            _table(febrl, [row["rec_id"] for row in febrl]),
            {
                "given_name": "given_name",
                "surname": "family_name",
                "street_number": "code",
                "address_1": "street",
                "address_2": "place",
                "suburb": "place",
                "postcode": "code",
                "date_of_birth": "date",
                "soc_sec_id": "id",
            },
            pairs_of((row["rec_id"], row["rec_id"].split("-")[1]) for row in febrl),
        ),
        "fake_1000": Labelled(
            _table(fake, [row["unique_id"] for row in fake]),
            {
                "first_name": "given_name",
                "surname": "family_name",
                "dob": "date",
                "city": "place",
                "email": "email",
            },
            pairs_of((row["unique_id"], row["cluster"]) for row in fake),
        ),
        "restaurants": Labelled(
            _table(restaurants, [str(number) for number in range(1, len(restaurants) + 1)]),
            {"name": "name", "addr": "street", "city": "place", "phone": "phone"},
            {_pair(row["id_1"].strip(), row["id_2"].strip()) for row in gold},
        ),
    }


def measure(labelled: Labelled) -> Quality:
    """Link the table and compare; pairs that follow from found pairs count as found."""
    links = find_links(labelled.table, labelled.kinds)
    found = closed(zip(links["left_id"].to_pylist(), links["right_id"].to_pylist(), strict=True))
    return compare(found, labelled.true_pairs)


def compare(found: Pairs, true_pairs: Pairs) -> Quality:
    """Precision and recall of `found`."""
    right = len(found & true_pairs)
    return Quality(right / max(1, len(found)), right / len(true_pairs))


def closed(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """`pairs` and those that follow: a is b and b is c, so a is c."""
    groups: dict[str, set[str]] = {}
    for left, right in pairs:
        group = groups.get(left, {left}) | groups.get(right, {right})
        groups.update(dict.fromkeys(group, group))
    return {_pair(*two) for group in groups.values() for two in combinations(group, 2)}


def pairs_of(labels: Iterable[tuple[str, str]]) -> Pairs:
    """All pairs of ids with the same label."""
    groups: dict[str, list[str]] = {}
    for record, label in labels:
        groups.setdefault(label, []).append(record)
    return {_pair(*two) for group in groups.values() for two in combinations(group, 2)}


def _pair(left: str, right: str) -> tuple[str, str]:
    return (left, right) if left < right else (right, left)


def _table(rows: list[tables.Row], ids: list[str]) -> pa.Table:
    texts = [{column: value.strip() or None for column, value in row.items()} for row in rows]
    return pa.Table.from_pylist([{**row, "id": key} for row, key in zip(texts, ids, strict=True)])
