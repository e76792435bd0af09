"""How rule files are spelled: another encoding is named, and so are letters that would never be found."""

from __future__ import annotations

import unicodedata

import pytest

from leadwright.rules import spelling

_TEXT = "word,reason\nvp,Vice president\nchief,Leads\ngeschäftsführer,Führt die Firma\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_a_mark(encoding: str) -> None:
    assert spelling.decoded(_TEXT.encode(encoding)) == _TEXT


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (
            _TEXT.encode("cp1252"),
            4,
            "in Windows-1252, in which this line is 'geschäftsführer,Führt die Firma'",
        ),
        (_TEXT.encode("utf-16"), 1, "is in UTF-16"),
        (_TEXT.encode("utf-16-le"), 1, "is in UTF-16-LE"),
        (_TEXT.encode("utf-16-be"), 1, "is in UTF-16-BE"),
        (_TEXT.encode("utf-32"), 1, "is in UTF-32"),
        (b"word\n\x81\xff\n", 2, "in no encoding that we know"),
    ],
    ids=["windows-1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "unknown"],
)
def test_another_encoding_is_named_with_what_to_do(content: bytes, line: int, says: str) -> None:
    with pytest.raises(spelling.EncodingError, match="save it as CSV UTF-8") as raised:
        spelling.decoded(content)
    assert raised.value.line == line
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("vice\u200bpresident", "zero width space (U+200B), after 'vice'"),
        ("\ufeffvp", "zero width no-break space (U+FEFF), before 'vp'"),
        ("v\u00adp", "soft hyphen (U+00AD)"),
        ("vp\u200f", "right-to-left mark (U+200F), after 'vp'"),
        (unicodedata.normalize("NFD", "führung"), "combining diaeresis (U+0308), which texts are compared without"),
        ("vice\u00a0president", "no-break space (U+00A0), which texts are compared without; write 'vice president'"),
        ("\uff56\uff50", "fullwidth latin small letter v (U+FF56), which texts are compared without; write 'vp'"),
    ],
)  # fmt: skip
def test_letters_that_would_never_be_found_are_named(cell: str, says: str) -> None:
    assert says in str(spelling.fault_in(cell))


@pytest.mark.parametrize(
    "cell", ["vp", "geschäftsführer", "部長", "हिन्दी", "директор", "مدير", "vice president", ""]
)
def test_words_of_any_script_are_well_spelled(cell: str) -> None:
    assert spelling.fault_in(cell) is None
