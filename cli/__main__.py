"""Lets `python -m cli` be the command `leadwright`."""

from cli import main

main()
