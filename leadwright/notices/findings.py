"""Whether notices reach anybody: destinations that cannot be read or reached, and templates that cannot be rendered."""

from __future__ import annotations

from collections.abc import Iterator

from leadwright.connectors.base import Finding
from leadwright.connectors.errors import ConfigError
from leadwright.notices import destinations, keeping, texts
from leadwright.settings import Settings
from leadwright.workspace import MARK

NOBODY = (
    f"nobody is told of failed runs, guard rails, refusals, silent sources or drift: no [notices] in {MARK}"
)


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with notices, or who gets them."""
    try:
        plan = destinations.read(settings.rules_folder)
    except ConfigError as error:
        yield Finding("notices", False, str(error), "Correct that table.")
        return
    if not plan.destinations:
        yield Finding("notices", True, NOBODY)
        return
    wrong = [
        *(
            (said, "Set it in the environment or in .env.")
            for said in destinations.missing_secrets(plan, settings)
        ),
        *((said, "Mend it; until then the notice has our words.") for said in texts.faults(settings)),
        *(
            (f"did not arrive at {name}: {why}", "Mend it, and try it: leadwright notices test.")
            for name, why in keeping.read(settings).failures.items()
        ),
    ]
    for said, fix in wrong:
        yield Finding("notices", False, said, fix)
    if not wrong:
        yield Finding("notices", True, f"sent to {', '.join(plan.destinations)}")
