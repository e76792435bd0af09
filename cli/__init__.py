"""The command `leadwright`: starts the doors below and shows what they say."""

from cli.app import main

__all__ = ["main"]
