"""Patterns in rules: what is accepted means the same to two engines and ends; the rest is refused with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadwright import warehouse
from leadwright.rules.patterns import PatternError, require_portable


@pytest.mark.parametrize(
    "pattern",
    [
        "^head of (sales|marketing)",
        "revops|sales ?ops",
        r"\d{4,6}",
        r"[a-zà-ÿ\-]+@[^@]*\.(com|de)$",
        "(?:vice|senior) president",
        "a.*b.*c.*",
        "(very )?large",
        r"[\d.]+?",
    ],
)
def test_plain_patterns_are_accepted(pattern: str) -> None:
    require_portable(pattern)


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "empty"),
        ("Head", "'H': texts are compared in lower case, at character 1"),
        ("(a+)+", "take for ever, at character 6"),
        ("(a|aa)*b", "take for ever"),
        ("(a?){20}", "take for ever"),
        ("a*b*c*d*", "4 endless repeats"),
        ("(?=a)b", "look-around, flag or named group at character 2"),
        ("(?i)a", "look-around, flag"),
        (r"(a)\1", r"\1 at character 5"),
        (r"\bhead", r"\b at character 2"),
        (r"\p{L}", r"\p"),
        ("a++", "a repeat of a repeat"),
        ("a**", "a repeat of a repeat"),
        ("*a", "* with nothing to repeat at character 1"),
        ("a|*", "nothing to repeat"),
        ("a{2,1}", "backwards"),
        ("a{500}", "beyond 100 times"),
        ("a{", "no repeat such as {2,5}"),
        ("a]", "without a"),
        ("[]", "an empty [ ]"),
        ("[a", "a [ without its ]"),
        ("[z-a]", "runs backwards"),
        ("[a-z&&b]", "& inside [ ]"),
        ("[[:alpha:]]", "[ inside [ ]"),
        ("(a", "a ( without its )"),
        ("a)", "a ) without its ("),
        ("^*", "a repeat after ^ or $"),
        ("a\\", "at character"),
        ("a" * 201, "at most 200"),
    ],
)
def test_other_patterns_are_refused_with_the_place(pattern: str, says: str) -> None:
    with pytest.raises(PatternError, match=re.escape(says)):
        require_portable(pattern)


_PIECES = ["a", "b", "é", "1", " ", ".", "^", "$", "|", "(", ")", "(?:", "[", "]", "[^", "-", "*", "+", "?", "{2}",
           "{1,3}", "{,2}", "\\d", "\\w", "\\S", "\\.", "\\b", "&&", "~", "a-b"]  # fmt: skip


def test_what_is_accepted_means_the_same_to_two_engines(tmp_path: Path) -> None:
    """RE2 inside DuckDB against Python's backtracking engine, which reads this subset as Java's does."""
    accepted = 0
    with warehouse.writer(tmp_path / "w.duckdb", 5) as db:

        @settings(max_examples=600, deadline=None, derandomize=True)
        @given(
            pattern=st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map("".join),
            text=st.text("ab1é .-", max_size=12),
        )
        def agree(pattern: str, text: str) -> None:
            nonlocal accepted
            try:
                require_portable(pattern)
            except PatternError:
                return
            accepted += 1
            row = db.execute("select regexp_matches(?, ?)", [text, pattern]).fetchone()
            assert row == (re.search(pattern, text, re.ASCII) is not None,)

        agree()
    assert accepted > 100
