"""Which rows of a table are the same person or company, where no key says so: probabilistic linkage with splink.

The model is that of Fellegi and Sunter: each column that agrees adds a weight, log2(m / u), and each that differs
takes some away; m and u are learned from the table itself, without labels, by random pairs and expectation
maximisation. The only thing that a table says about itself is what kind of thing each column holds.

The weights are added as if columns were independent, which those of colleagues are not: they share employer, phone and
city, and their addresses are made from their names. Two guards make up for that; see `_guards`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from itertools import combinations
from typing import Any, Literal

import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_level_library as levels
from splink.comparison_library import CustomComparison

from leadwright import warehouse

Kind = Literal[
    "given_name", "family_name", "name", "employer", "email", "phone", "date", "id", "street", "place", "code"
]
"""What a column holds. `name` is that of a company which the row is about, `employer` that of a person's company;
`id` belongs to one person alone, `code` (postcode, house number) to many; `place` is a city, suburb or state."""

LEAST_PROBABILITY = 0.5
"""Less probable pairs are not kept."""

_SEED = 20260101
_LEAST_ROWS = 50

# Letters of any script. Accents go where they are ornaments: in Hindi or Thai a mark tells one name from another.
_ANY_SCRIPT = "regexp_replace(lower(nfc_normalize({0})), '[^\\p{{L}}\\p{{M}}\\p{{N}}]+', ' ', 'g')"
_WORDS = (
    f"nullif(trim(case when regexp_matches({{0}}, '[\\p{{{{Latin}}}}\\p{{{{Greek}}}}\\p{{{{Cyrillic}}}}]') "
    f"then replace(translate(strip_accents({_ANY_SCRIPT}), 'łøđı\u03c2', 'lodi\u03c3'), 'ß', 'ss') "
    f"else {_ANY_SCRIPT} end), '')"
)
_SORTED_WORDS = (
    f"nullif(array_to_string(list_sort(list_distinct(list_filter(string_split({_WORDS}, ' '), "
    "lambda word: word not in ('the', 'and', 'of')))), ' '), '')"
)
# The last eight digits: the country's and the area's prefix are written in too many ways.
_PHONE = "nullif(right(regexp_replace({0}, '[^0-9]', '', 'g'), 8), '')"
_CLEANED: Mapping[Kind, str] = {
    "given_name": _WORDS,
    "family_name": _WORDS,
    "name": _SORTED_WORDS,
    "employer": _SORTED_WORDS,
    "email": "nullif(lower(trim({0})), '')",
    "phone": _PHONE,
    "date": "nullif(regexp_replace({0}, '[^0-9]', '', 'g'), '')",
    "id": "nullif(lower(trim({0})), '')",
    "street": _WORDS,
    "place": _WORDS,
    "code": "nullif(lower(trim({0})), '')",
}

_OWN_NAMES: tuple[Kind, ...] = ("given_name", "family_name", "name")
_OWN_EVIDENCE: tuple[Kind, ...] = ("email", "date", "id")


def find_links(table: pa.Table, kinds: Mapping[str, Kind]) -> pa.Table:
    """Pairs of rows that are the same, with the probability of it; the same for the same rows in any order.

    Args:
        table: one row per record, with a unique text column `id`.
        kinds: what the columns to compare hold, by their names.

    Returns:
        Columns `left_id` < `right_id` (text) and `probability` (0.5 to 1). No rows where the table is too small to
        learn from: fewer than 50 rows, or nothing that two rows share.
    """
    with warehouse.in_memory() as db:
        db.register("given", table)
        # One thread: the order in which sums are added must not depend on the machine's load.
        db.execute("set threads = 1")
        cleaned = ", ".join(f'{_CLEANED[kind].format(_quoted(c))} as "{c}"' for c, kind in kinds.items())
        db.execute(f"create table records as select id as unique_id, {cleaned} from given order by id")
        used = {c: kind for c, kind in kinds.items() if _differs(db, c)}
        if table.num_rows < _LEAST_ROWS or not any(kind in _OWN_NAMES for kind in used.values()):
            return _pairs(db, None, used)
        linker = _linker(db, used)
        if not _train(db, linker, used):
            return _pairs(db, None, used)
        predicted = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
        return _pairs(db, predicted.physical_name, used)


def _differs(db: warehouse.Connection, column: str) -> bool:
    """Whether the column has two values at least: with one or none there is nothing to compare."""
    (found,) = warehouse.rows(db, f"select count(distinct {_quoted(column)}) as values from records")
    return bool(found["values"] > 1)


def _linker(db: warehouse.Connection, kinds: Mapping[str, Kind]) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(column, kind) for column, kind in kinds.items()],
        blocking_rules_to_generate_predictions=_blocks(kinds),
        max_iterations=50,
    )
    return Linker(DuckDBAPI(connection=db).register("records"), settings, log_level=logging.ERROR)


def _comparison(column: str, kind: Kind) -> CustomComparison:
    """How two values of a column are compared: equal (rare values weigh more), close in the ways of its kind, else."""
    close = {
        "given_name": _like_a_name,
        "family_name": _like_a_name,
        "name": _like_a_title,
        "employer": _like_a_name,
        "email": _like_an_email,
        "phone": _few_edits(1),
        "date": _few_edits(1, 2),
        "id": _few_edits(1),
        "code": _few_edits(1),
        "street": _like_a_street,
        "place": _like_a_place,
    }[kind]
    exact = levels.ExactMatchLevel(column, term_frequency_adjustments=True)
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[levels.NullLevel(column), exact, *close(column), levels.ElseLevel()],
    )


def _like_a_name(column: str) -> list[Any]:
    return [levels.JaroWinklerLevel(column, 0.92), levels.JaroWinklerLevel(column, 0.8)]


def _like_a_title(column: str) -> list[Any]:
    """Names of several words, sorted: nearly equal; all words of the shorter one; most words."""
    left, right = (f"string_split({column}_{side}, ' ')" for side in ("l", "r"))
    shared = f"len(list_intersect({left}, {right}))"
    most = f"{shared} >= 0.6 * (len({left}) + len({right}) - {shared})"
    return [
        levels.JaroWinklerLevel(column, 0.95),
        levels.CustomLevel(f"{shared} = least(len({left}), len({right}))"),
        levels.CustomLevel(f"{most} or jaro_winkler_similarity({column}_l, {column}_r) > 0.88"),
    ]


def _like_an_email(column: str) -> list[Any]:
    """The mailbox alone says no more than the name that it is made from, so the domain must be the same."""
    mailbox, domain = ([f"split_part({column}_{side}, '@', {n})" for side in ("l", "r")] for n in (1, 2))
    same_domain = f"{domain[0]} = {domain[1]}"
    return [
        levels.DamerauLevenshteinLevel(column, 2),
        levels.CustomLevel(f"{same_domain} and jaro_winkler_similarity({mailbox[0]}, {mailbox[1]}) > 0.88"),
    ]


def _like_a_street(column: str) -> list[Any]:
    number = [f"split_part({column}_{side}, ' ', 1)" for side in ("l", "r")]
    return [levels.JaroWinklerLevel(column, 0.92), levels.CustomLevel(f"{number[0]} = {number[1]}")]


def _like_a_place(column: str) -> list[Any]:
    left, right = f"{column}_l", f"{column}_r"
    begins = f"starts_with({left}, {right}) or starts_with({right}, {left})"
    return [levels.CustomLevel(f"{begins} or jaro_winkler_similarity({left}, {right}) > 0.9")]


def _few_edits(*edits: int) -> Any:
    return lambda column: [levels.DamerauLevenshteinLevel(column, n) for n in edits]


def _blocks(kinds: Mapping[str, Kind]) -> list[Any]:
    """The pairs that are looked at: those that share one strong thing, or a name and one weak thing."""
    names = _of(kinds, *_OWN_NAMES)
    pairs = [(name, other) for name in names for other in _of(kinds, "employer", "street", "code", "place")]
    pairs += combinations(names, 2)
    initials = [
        (f"substr({name}, 1, 2)", other)
        for name in _of(kinds, "given_name", "family_name")
        for other in _of(kinds, "employer", "street", "code")
    ]
    single = [
        *_of(kinds, "email", "phone", "date", "id", "street"),
        *(f"split_part({column}, '@', 1)" for column in _of(kinds, "email")),
        *(f"substr({column}, 1, 5)" for column in _of(kinds, "name")),
    ]
    return [block_on(column) for column in single] + [block_on(*pair) for pair in pairs + initials]


def _train(db: warehouse.Connection, linker: Linker, kinds: Mapping[str, Kind]) -> bool:
    """Learn the weights; false where the table has nothing to learn from."""
    strong = [column for column, kind in kinds.items() if kind != "place"]
    surely: list[Any] = [block_on(*pair) for pair in combinations(strong, 2)]
    others = _of(kinds, *_OWN_EVIDENCE, "phone", "code", "street")[:2]
    blocks = [_of(kinds, *_OWN_NAMES), *([column] for column in others)]
    # A block without a pair must not be tried: splink fails, and forgets the columns of the block.
    blocks = [columns for columns in blocks if _is_shared(db, columns)]
    if not surely or not blocks:
        return False
    linker.training.estimate_probability_two_random_records_match(surely, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=3e5, seed=_SEED, min_count_per_level=None)
    for columns in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), record_sample_proportion=1.0
        )
    return True


def _is_shared(db: warehouse.Connection, columns: list[str]) -> bool:
    """Whether two rows have the same values in `columns`."""
    names = ", ".join(map(_quoted, columns))
    given = " and ".join(f"{_quoted(column)} is not null" for column in columns)
    shared = f"select 1 from records where {given} group by {names} having count(*) > 1 limit 1"
    return bool(warehouse.rows(db, shared))


def _pairs(db: warehouse.Connection, predicted: str | None, kinds: Mapping[str, Kind]) -> pa.Table:
    source = f"{predicted} where {_guards(kinds)}" if predicted else "(select null) where false"
    columns = ("unique_id_l", "unique_id_r", "match_probability") if predicted else ("''", "''", "0.0")
    left, right, probability = columns
    return db.sql(
        f"select least({left}, {right}) as left_id, greatest({left}, {right}) as right_id, "
        f"cast({probability} as double) as probability from {source} order by 1, 2"
    ).to_arrow_table()


def _guards(kinds: Mapping[str, Kind]) -> str:
    """What a pair must fulfil however probable it is.

    1. Where a name differs, something that belongs to one person alone must agree: an e-mail address exactly, a birth
       date or an identity number up to one typing error. A shared phone, employer or street makes colleagues. Where a
       given name is missing (any name, where rows have no given ones), such a thing must be alike: a telephone and a
       city make a family.
    2. Where both have an e-mail address and a phone number, one of them must be alike: colleagues can have one name.
    """
    alone = [
        f"{_level(c)} >= {3 if k == 'email' else 2 if k == 'date' else 1}"
        for c, k in kinds.items()
        if k in _OWN_EVIDENCE
    ]
    alike = [f"{_level(c)} >= 1" for c in _of(kinds, *_OWN_EVIDENCE)]
    names = _of(kinds, *_OWN_NAMES)
    other_name = " or ".join(f"{_level(c)} = 0" for c in names)
    no_name = " or ".join(f"{_level(c)} = -1" for c in _of(kinds, "given_name") or names)
    guards = [
        f"(not ({other_name}) or {' or '.join(alone) or 'false'})",
        f"(not ({no_name}) or {' or '.join(alike) or 'false'})",
    ]
    guards += [
        f"not ({_level(email)} between 0 and 2 and {_level(phone)} = 0)"
        for email in _of(kinds, "email")
        for phone in _of(kinds, "phone")
    ]
    return " and ".join(guards)


def _level(column: str) -> str:
    """How well two values agree: 0 for not at all, the highest number for equal, -1 where one is missing."""
    return f'"gamma_{column}"'


def _of(kinds: Mapping[str, Kind], *wanted: Kind) -> list[str]:
    return [column for column, kind in kinds.items() if kind in wanted]


def _quoted(column: str) -> str:
    return f'"{column}"'
