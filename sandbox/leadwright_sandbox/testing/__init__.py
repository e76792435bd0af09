"""For tests that need a CRM: the sandbox as a process (`sandboxes`), or one of its CRMs in the test's own process."""

from leadwright_sandbox.testing.processes import Sandbox, sandboxes

__all__ = ["Sandbox", "sandboxes"]
