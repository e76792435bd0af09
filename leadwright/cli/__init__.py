"""The command `leadwright`: starts the doors below and shows what they say."""

from leadwright.cli import stopping


def main() -> None:
    """Run the command. Importing what it needs takes a moment, in which it may be told to end already."""
    stopping.watch()
    try:
        from leadwright.cli.app import main as run

        run()
    finally:
        stopping.end_if_told()
