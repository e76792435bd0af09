"""What words of stages mean, by name and by what became of the leads."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.study import words
from leadwright.study.words import Word


def _word(value: str, field: str = "Status", **counts: int) -> Word:
    zero = {"leads": 100, "won": 0, "lost": 0, "open_sale": 0, "converted": 0}
    return Word("salesforce", field, value, known_as=None, **(zero | counts))


@pytest.mark.parametrize(
    ("value", "stage"),
    [
        ("Not interested", "disqualified"),
        ("Sales Qualified", "sql"),
        ("Nicht qualifiziert", "disqualified"),
        ("QUALIFIZIERT", "sql"),
        ("Wiedervorlage Q3", "recycled"),
        ("No contesta", "disqualified"),
        ("Más adelante", "recycled"),
        ("mas adelante", "recycled"),
        ("Non qualifié", "disqualified"),
        ("À contacter", "lead"),
        ("Não qualificado", "disqualified"),
        ("In lavorazione", "sal"),
        ("Niet bereikt", "disqualified"),
        ("Geen interesse", "disqualified"),
        ("NotQualified", "disqualified"),
    ],
)
def test_words_are_known_in_seven_languages(value: str, stage: str) -> None:
    found = words.meaning(_word(value))
    assert found.stage == stage
    assert found.because.endswith(")")


def test_stages_of_sales_are_stages_of_sales() -> None:
    assert words.meaning(_word("Gewonnen", "StageName", won=100)).stage == "customer"
    assert words.meaning(_word("Perdido", "dealstage")).stage == "lost"
    assert words.meaning(_word("Qualifiziert", "StageName")).stage is None


def test_a_lost_lead_is_disqualified() -> None:
    found = words.meaning(_word("Perdido", "hs_lead_status"))
    assert (found.stage, found.reason_code) == ("disqualified", "not_said")


def test_what_became_of_leads_names_a_word_that_nobody_knows() -> None:
    assert words.meaning(_word("Stammtisch", won=99)).stage == "customer"
    assert words.meaning(_word("Übergeben", converted=100)).stage == "sql"
    assert words.meaning(_word("Stammtisch", leads=4, won=4)).stage is None, "four are too few"


def test_a_name_that_outcomes_speak_against_is_asked_about() -> None:
    found = words.meaning(_word("Kein Interesse", won=30))
    assert found.stage is None
    assert "30%" in found.because


def test_only_unknown_words_become_rows() -> None:
    known = Word("hubspot", "lifecyclestage", "lead", 5, 0, 0, 0, 0, "lead")
    rows = words.rows([words.meaning(w) for w in (known, _word("Kein Bedarf"), _word("Grün"))])
    assert [(r["value"], r["stage"], r["reason_code"]) for r in rows] == [
        ("Kein Bedarf", "disqualified", "no_need")
    ]
    assert "100 leads" in rows[0]["reason"]


@given(st.text(max_size=30), st.integers(0, 500), st.data())
def test_any_word_gets_a_meaning_or_a_question(value: str, leads: int, data: st.DataObject) -> None:
    won = data.draw(st.integers(0, leads))
    found = words.meaning(_word(value, leads=leads, won=won))
    assert found.because
    assert found.stage is None or found.stage in words_stages()


def words_stages() -> set[str]:
    with words.FILE.open(encoding="utf-8", newline="") as text:
        return {row["stage"] for row in csv.DictReader(text)}


def test_the_list_of_words_is_well_formed() -> None:
    with words.FILE.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert {row["language"] for row in rows} == {"en", "es", "de", "fr", "pt", "it", "nl"}
    assert len({(row["word"], row["language"]) for row in rows}) == len(rows)
    ended = {"disqualified", "recycled"}
    assert all(bool(row["reason_code"]) == (row["stage"] in ended) for row in rows)
