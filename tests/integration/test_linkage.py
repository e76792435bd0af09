"""Linkage finds who is who where no key says so, and prefers to leave two people apart."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from leadwright.linkage.links import Kind, find_links
from tests.real_data import dedupe

_CRM: dict[str, Kind] = {
    "first_name": "given_name",
    "last_name": "family_name",
    "phone": "phone",
    "email": "email",
    "employer": "employer",
    "city": "place",
}


@pytest.mark.shared
@pytest.mark.parametrize(("name", "least_f1"), [("febrl1", 0.97), ("fake_1000", 0.90), ("restaurants", 0.95)])
def test_linkage_of_public_tables(shared: Path, name: str, least_f1: float) -> None:
    quality = dedupe.measure(dedupe.load(shared / "data" / "dedupe")[name])
    assert quality.f1 > least_f1
    assert quality.precision > 0.95


def people(count: int) -> list[dict[str, str | None]]:
    """`count` people of one kind of name per employer; every third one has a second record with a typing error."""
    given = ["Anna", "Boris", "Chloe", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Irene", "Jonas"]
    family = [
        "Abel",
        "Brandt",
        "Castro",
        "Duval",
        "Ekberg",
        "Fontana",
        "Gruber",
        "Hansen",
        "Ivanov",
        "Jansen",
        "Kowalski",
    ]
    rows: list[dict[str, str | None]] = []
    for n in range(count):
        first, last = given[n % 10], family[n % 11]
        employer = f"employer{n // 4:03d}"
        row = {
            "id": f"{n:04d}a",
            "first_name": first,
            "last_name": last,
            "phone": f"+49 30 {7_000_000 + 7919 * n}",
            "email": f"{first}.{last}@{employer}.example".lower(),
            "employer": employer,
            "city": ["Berlin", "Paris", "Madrid"][n % 3],
        }
        rows.append(row)
        if n % 3 == 0:
            rows.append(
                {
                    **row,
                    "id": f"{n:04d}b",
                    "email": f"{first[0]}.{last}@{employer}.example".lower(),
                    "city": None,
                }
            )
    return rows


def linked(rows: list[dict[str, str | None]], kinds: dict[str, Kind] = _CRM) -> dict[tuple[str, str], float]:
    found = find_links(pa.Table.from_pylist(rows), kinds).to_pylist()
    return {(row["left_id"], row["right_id"]): row["probability"] for row in found}


def test_second_records_are_found_and_colleagues_are_left_apart() -> None:
    rows = people(160)
    colleague = {
        "id": "zz1",
        "first_name": "Zoe",
        "last_name": "Abel",
        "phone": rows[0]["phone"],
        "email": "z.abel@employer000.example",
        "employer": "employer000",
        "city": "Berlin",
    }
    namesake = {**rows[0], "id": "zz2", "phone": "+49 30 1234567", "email": "anna.abel2@employer000.example"}
    found = linked([*rows, colleague, namesake])
    true_pairs = {(f"{n:04d}a", f"{n:04d}b") for n in range(0, 160, 3)}
    assert true_pairs <= set(found)
    assert not [pair for pair in found if "zz1" in pair], "a shared phone and family name make no person"
    assert ("0000a", "zz2") not in found, "two phones and two addresses are two people of one name"


@pytest.mark.parametrize(
    "names",
    [
        [
            ("恵美", "田中"),
            ("太郎", "佐藤"),
            ("花子", "鈴木"),
            ("健", "高橋"),
            ("愛", "伊藤"),
            ("誠", "渡辺"),
        ],
        [("Иван", "Петров"), ("Ольга", "Сидорова"), ("Юрий", "Кузнецов"), ("Анна", "Попова")],
        [("राम", "कुमार"), ("रमा", "देवी"), ("सीता", "शर्मा"), ("मोहन", "गुप्ता")],
        [(None, None), (None, None), (None, None)],
        [("???", "-"), ("!!!", "..."), (None, None)],
        [(None, "Sato"), (None, "Sato"), (None, "Sato")],
    ],
    ids=["Japanese", "Russian", "Hindi", "nobody", "signs", "a family"],
)
def test_a_shared_phone_and_city_make_no_person_in_any_script(
    names: list[tuple[str | None, str | None]],
) -> None:
    shared = {"phone": "+81 3 1234 5678", "email": None, "employer": None, "city": "東京"}
    household = [
        {"id": f"zz{n}", "first_name": first, "last_name": last, **shared}
        for n, (first, last) in enumerate(names)
    ]
    twice = {
        "id": "zz9",
        "first_name": "Γιώργος",
        "last_name": "Παπαδόπουλος",
        **shared,
        "phone": "+30 210 7654321",
    }
    again = {**twice, "id": "zz99", "first_name": "ΓΙΩΡΓΟΣ", "last_name": "ΠΑΠΑΔΟΠΟΥΛΟΣ"}
    found = linked([*people(160), *household, twice, again])
    assert [pair for pair in found if pair[1].startswith("zz")] == [("zz9", "zz99")]


def test_the_same_rows_in_another_order_give_the_same_links() -> None:
    rows = people(120)
    assert linked(rows) == linked(rows[::-1]) != {}


def test_a_table_too_small_to_learn_from_has_no_links() -> None:
    assert linked(people(12)) == {}
    strangers = [
        {"id": f"{n:03d}", "first_name": f"{chr(97 + n % 26) * 3}{n}", "city": None} for n in range(60)
    ]
    assert linked(strangers, {"first_name": "given_name", "city": "place"}) == {}
