"""Random corruptions of any rule file: where a fault is found, it is named at its file, line and column."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadwright.settings import Settings
from leadwright.transform.project import Transform
from tests import parsed_project
from tests.workspaces import tables, whole

SEEDS = {name: path.read_bytes() for name, path in tables().items()}
CORRUPTIBLE = sorted(name for name, content in SEEDS.items() if content.count(b"\n") > 1)
_NASTY = [
    "", " ", "0", "-1", "1e5", "NaN", "99999999999", "12,5", "1.234", "null", "TRUE", "2026-02-30", "20260131",
    "Mars/Phobos", "a|b", "|", "5|", "[", "'", "\u00e4\u4e2d", "a\nb", "high", "fit", "exists", "hot", "everyone",
]  # fmt: skip
_TEXTS = st.one_of(st.sampled_from(_NASTY), st.text("ab9 -.,|'\"\n\u00df", max_size=6))
_HOW = st.sampled_from(
    ["cell", "cell", "cell", "fewer cells", "more cells", "no line", "line twice", "byte", "quote"]
)


@pytest.fixture(scope="module")
def transform(tmp_path_factory: pytest.TempPathFactory) -> Transform:
    """The project, parsed; and a workspace beside its home whose tables are spoiled."""
    home = tmp_path_factory.mktemp("corrupted")
    return Transform(Settings(home=home, workspace=whole(home / "workspace")), parsed_project.manifest())


def _restore(workspace: Path) -> Path:
    seeds = workspace / "rules"
    for name, content in SEEDS.items():
        (seeds / name).write_bytes(content)
    return seeds


def _corrupt(content: bytes, how: str, line: int, place: int, text: str) -> tuple[bytes, str]:
    """The content with line `line` (2 is the first row) spoiled, and what stood in the cell in question."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    row, raw = rows[line - 1], content.splitlines(keepends=True)
    place %= len(row)
    was = row[place]
    if how == "byte":
        raw[line - 1] = b"\xff" + raw[line - 1]
        return b"".join(raw), was
    if how == "quote":
        raw[line - 1] = b'"' + raw[line - 1]
        return b"".join(raw), was
    if how == "cell":
        row[place] = text
    elif how == "fewer cells":
        del row[place]
    elif how == "more cells":
        row.insert(place, text)
    elif how == "no line":
        del rows[line - 1]
    else:
        rows.insert(line, list(row))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode(), was


def test_a_corrupted_rule_file_is_named_at_its_place(transform: Transform) -> None:
    workspace = transform.settings.rules_folder
    caught = exact = 0

    @settings(
        max_examples=150,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(CORRUPTIBLE), _HOW, st.integers(0, 10_000), st.integers(0, 20), _TEXTS)
    def corrupt(name: str, how: str, line: int, place: int, text: str) -> None:
        nonlocal caught, exact
        seeds = _restore(workspace)
        line = 2 + line % (len(list(csv.reader(io.StringIO(SEEDS[name].decode("utf-8-sig"))))) - 1)
        spoiled, was = _corrupt(SEEDS[name], how, line, place, text)
        (seeds / name).write_bytes(spoiled)
        faults = transform.rule_faults()
        if not faults:
            return
        caught += 1
        here = [f for f in faults if f.file == f"rules/{name}"]
        if how in ("fewer cells", "more cells", "byte"):
            assert line in {f.line for f in here}, faults
        elif how == "quote":
            assert here[0].line <= line, faults
        elif how == "cell":
            header = SEEDS[name].decode("utf-8-sig").splitlines()[0].split(",")
            columns = {f.column for f in here if f.line == line}
            exact += header[place % len(header)] in columns
            # Else another cell of the row no longer fits it; or a name that other rows need is missed where it is
            # needed, or is given twice, which is said on the second line; or a later row does not go with this one.
            missed = all(
                (was and was in f.message)
                or re.search(rf"no row for|already on line|line {line}\b", f.message)
                for f in faults
            )
            assert columns or missed, faults

    corrupt()
    assert caught > 60
    assert exact > 20
