"""The colours of the pages; a grade has the same colour everywhere and is always named beside it.

Which colour is a column of the seed grade_scale. Those that we ship are vermilion, amber and blue: they differ in hue
and in lightness, so that people with the common kinds of colour blindness, and a grey printout, tell them apart.
"""

from __future__ import annotations

INK = "#1F2933"
QUIET = "#5B6773"
LINE = "#D9DEE4"
SOFT = "#F4F6F8"
BAR = "#6B7F93"
ACCENT = "#1F5F8B"
ALERT = "#E9A93A"
LATE = "#C8500A"


def tint(colour: str | None) -> str:
    """Give the CSS that marks a cell with a grade's colour, light enough to read the name on it."""
    return f"background-color: {colour}40" if colour else ""
