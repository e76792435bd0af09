"""What a stranger types into a form does nothing to the terminal or the spreadsheet of whoever reads it."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from rich.console import Console
from rich.table import Table

from leadwright.cli import output
from leadwright.cli.terminal import Inert, json_text, plain
from leadwright.dashboards.report_table import inert

HOSTILE = [
    "\x1b[2J\x1b[1;31mAda\x1b[0m",
    "\x1b]0;title\x07Ada",
    "\x1b]52;c;cm0gLXJm\x1b\\Ada",
    "\x1b]8;;http://evil.example\x1b\\Ada\x1b]8;;\x1b\\",
    "\x1bP1$r0m\x1b\\Ada",
    "\x9b31mAda",
    "\x9d0;title\x9cAda",
    "\x1bcAda",
    "A\x08d\x7fa",
    "\u202eAd\u2066a",
    "\x00A\x0eda\x1b",
]


@pytest.fixture
def console() -> Console:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=120)
    console.push_render_hook(Inert())
    return console


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_of_a_hostile_text_only_the_words_are_printed(console: Console, text: str) -> None:
    table = Table(plain(text))
    table.add_row(plain(text))
    console.print(plain(text), table)
    assert plain(text) == "Ada"
    assert shown(console).count("Ada") == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_where_nobody_thought_of_it_a_terminal_still_has_nothing_to_obey(console: Console, text: str) -> None:
    table = Table(text)
    table.add_row(text)
    console.print(text, markup=False, highlight=False)
    console.print(table, no_wrap=True)
    obeyed = set("\x00\x07\x08\x0e\x7f\x9b\x9c\x9d\u202e\u2066")
    assert not set(shown(console)) & obeyed
    assert [part for part in shown(console).split("\x1b")[1:] if part[:2] not in ("[1", "[0")] == []


def test_our_own_colours_and_lines_stay(console: Console) -> None:
    console.print("[bold red]Error:[/] first\nsecond")
    assert shown(console) == "\x1b[1;31mError:\x1b[0m first\nsecond\n"


def test_mark_up_is_text_and_a_line_is_one_line(console: Console) -> None:
    console.print(plain("[bold]Ada[/]\nGrade: [link=http://evil.example]Hot[/link]"), highlight=False)
    assert shown(console) == "[bold]Ada[/] Grade: [link=http://evil.example]Hot[/link]\n"


def test_both_consoles_of_the_command_are_inert(capsys: pytest.CaptureFixture[str]) -> None:
    output.out.print("\x1bcAda", highlight=False)
    output.err.print("\x1bcAda", highlight=False)
    assert capsys.readouterr() == ("Ada\n", "Ada\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_json_loses_nothing_and_holds_no_control_character(text: str) -> None:
    written = json_text(json.dumps({"name": text + " Zoë"}, ensure_ascii=False))
    assert json.loads(written) == {"name": text + " Zoë"}
    assert written.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\tx",
        "\r=1",
        " =1",
        "\n=1",
        "\uff1d1+1",
        "-",
        "+49 30 1",
    ],
)
def test_a_cell_that_is_a_formula_is_a_text_in_a_download(text: str) -> None:
    table = pd.DataFrame({"Company": [text, "Acme"], "Change": [-2, 3], "Rate": [-0.5, None]})
    cells = inert(table)
    assert list(cells["Company"]) == [f"'{text}", "Acme"]
    assert cells[["Change", "Rate"]].equals(table[["Change", "Rate"]])
    assert dict(cells.dtypes) == dict(table.dtypes)


@pytest.mark.parametrize("text", ["-5", "+3.5%", "-1,234.50", "", "A=B", "a@b.example"])
def test_numbers_and_other_texts_are_left_alone(text: str) -> None:
    assert inert(pd.DataFrame({"x": [text]}))["x"][0] == text
