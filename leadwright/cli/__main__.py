"""Lets `python -m leadwright.cli` be the command `leadwright`."""

from leadwright.cli import main

main()
