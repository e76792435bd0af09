"""The command `leadwright`: starts the doors below and shows what they say."""

import sys

import leadwright
from leadwright.cli import stopping

# The interpreter clears __main__ first and what it alone holds last: DuckDB's binding complains of every object of its
# own that outlives it, on stderr, at the end of each command.
vars(sys.modules["__main__"]).setdefault("_package", leadwright)


def main() -> None:
    """Run the command. Importing what it needs takes a moment, in which it may be told to end already."""
    stopping.watch()
    try:
        from leadwright.cli.app import main as run

        run()
    finally:
        stopping.end_if_told()
