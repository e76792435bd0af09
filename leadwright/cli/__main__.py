"""Lets `python -m cli` be the command `leadwright`."""

from leadwright.cli import main

main()
