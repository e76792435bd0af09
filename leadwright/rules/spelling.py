"""How the text of rule files is spelled: its encoding, letters that nobody can see and letters compared otherwise."""

from __future__ import annotations

import codecs
import unicodedata

# The macro normal_form does the same with what is read from a CRM.
_UNSEEN = dict.fromkeys(
    [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
_BLANKS = dict.fromkeys([0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in (0xFF07, 0xFF3C)}
_HALF_WIDE = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF66, 0xFFA0)}
_USUAL = {**_UNSEEN, **_BLANKS, **_WIDE, **_HALF_WIDE}

# UTF-32 first: its mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SHOWN = 60


class EncodingError(ValueError):
    """A file that is not in UTF-8; the message says what was found and what to do."""

    def __init__(self, line: int, found: str) -> None:
        self.line = line
        super().__init__(
            f"{found}; open the file in the program that wrote it and save it as CSV UTF-8 (comma-separated)"
        )


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a mark. Raises EncodingError where it is in something else."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            raise EncodingError(1, f"the file is in {encoding}")
    if unmarked := _unmarked_utf_16(content):
        raise EncodingError(1, f"the file is in {unmarked}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise EncodingError(line, _eight_bits(content.splitlines()[line - 1])) from error


def _unmarked_utf_16(content: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of a text in Latin letters is zero."""
    start = content[:200]
    for zeros, encoding in ((start[1::2], "utf-16-le"), (start[::2], "utf-16-be")):
        if len(zeros) > 1 and zeros.count(0) > 0.9 * len(zeros):
            return encoding.upper()
    return None


def _eight_bits(line: bytes) -> str:
    """What a line that is not UTF-8 is: nearly always what Excel saves as plain CSV in Western Europe."""
    try:
        shown = line.decode("cp1252").strip()
    except UnicodeDecodeError:
        return "not in UTF-8, and in no encoding that we know"
    return f"not in UTF-8 but, it seems, in Windows-1252, in which this line is {shown[:_SHOWN]!r}"


def normal_form(text: str) -> str:
    """The text as the models compare it."""
    return unicodedata.normalize("NFC", text.translate(_USUAL))


def fault_in(text: str) -> str | None:
    """What in a text would never be found, since the texts that it is compared with are in their normal form."""
    for place, letter in enumerate(text):
        if ord(letter) in _UNSEEN:
            name = unicodedata.name(letter, "a sign").lower()
            after = f"after {text[:place]!r}" if place else f"before {text[1:]!r}"
            return (
                f"a character that nobody can see, {name} (U+{ord(letter):04X}), {after}; type the cell again"
            )
    usual = normal_form(text)
    if usual == text:
        return None
    unusual = (c for c in text if c not in usual and (ord(c) in _USUAL or unicodedata.combining(c)))
    strange = next(unusual, text[0])
    name = unicodedata.name(strange, "a sign").lower()
    return f"{text!r} is spelled with {name} (U+{ord(strange):04X}), which texts are compared without; write {usual!r}"
