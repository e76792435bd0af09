"""What a command imports before it knows what to do: nobody waits for DuckDB to read a page of help."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import sys
from leadwright.cli import stopping
stopping.leave = lambda code: sys.exit(f"exit code {code}" if code else 0)
from leadwright.cli.app import main
try:
    main()
finally:
    heavy = {"duckdb", "pyarrow", "numpy", "prefect", "dbt", "hubspot", "simple_salesforce", "streamlit"}
    print(*sorted(heavy & sys.modules.keys()), file=sys.stderr, end="")
"""


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"], ["rules", "--help"]], ids=" ".join)
def test_help_imports_none_of_the_large_libraries(args: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT, *args], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Usage:" in done.stdout
    assert done.stderr == ""
