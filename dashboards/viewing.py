"""Who looks at the dashboards, and what that person may see.

Streamlit asks the identity provider that `.streamlit/secrets.toml` names, or believes the proxy that its option
`server.trustedUserHeaders` is set for. Where neither is configured nobody is asked: the pages answer to this machine
only, whose user can read the published copy anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from leadwright.rules import viewers
from leadwright.rules.viewers import Role
from leadwright.settings import Settings

FIGURES = ("overview", "kpis", "team", "money")
PAGES: Mapping[Role, tuple[str, ...]] = {
    "admin": ("today", *FIGURES, "health", "approval", "lead"),
    "manager": ("today", *FIGURES, "health", "lead"),
    "analyst": FIGURES,
    "rep": ("today", "lead"),
}
"""The pages of each role. Data health quotes values of records, which an analyst needs no more than leads."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who may look.

    Attributes:
        email: the address that somebody signed in with; None where nobody is asked.
    """

    role: Role
    email: str | None = None

    @property
    def pages(self) -> tuple[str, ...]:
        """Names of the pages that this person may open."""
        return PAGES[self.role]

    @property
    def looks_after_runs(self) -> bool:
        """Whether failed runs concern this person."""
        return "health" in self.pages

    @property
    def leads_of(self) -> str | None:
        """The address of the rep whose leads alone are shown; None for the leads of everybody."""
        return self.email if self.role == "rep" else None


def viewer(settings: Settings) -> Viewer | None:
    """The person who looks; None where nobody may, which the page then says.

    Raises:
        ConfigError: viewers.csv is wrong.
    """
    said = _said()
    if said is None:
        return _unasked(settings)
    email = _address(said)
    if email is None:
        _ask(said)
        return None
    role = viewers.role_of(email, viewers.roles(settings.rules_folder))
    if role is None:
        st.title("Not for you yet")
        st.text(f"Signed in as {email}.")  # no mark-up: a provider may let people choose what stands there
        st.info("viewers.csv has no row for you. Ask whoever looks after it.")
        _offer_sign_out()
        return None
    return Viewer(role, email)


def show_who(who: Viewer) -> None:
    """Say at the end of a page who is signed in, with the way out."""
    if who.email:
        st.text(f"Signed in as {who.email}, {who.role}.")
        _offer_sign_out()


def _said() -> Mapping[str, Any] | None:
    """What is known of who looks; None where nobody is asked."""
    known = dict(st.user)
    is_asked = "is_logged_in" in known or bool(st.get_option("server.trustedUserHeaders"))
    return known if is_asked else None


def _address(said: Mapping[str, Any]) -> str | None:
    """The address of who looks; None where it is not known or the provider says that it is not verified."""
    if said.get("is_logged_in") is False or said.get("email_verified") is False:
        return None
    email = said.get("email")
    return email.strip().lower() if isinstance(email, str) and "@" in email else None


def _unasked(settings: Settings) -> Viewer | None:
    if settings.dashboard_hosts and viewers.roles(settings.rules_folder):
        st.title("Nobody was asked to sign in")
        st.error(
            "viewers.csv says who sees what, and LEADWRIGHT_DASHBOARD_HOSTS lets others reach these pages, but there "
            "is no sign-in. Configure one (docs/sharing.md), or take one of the two away."
        )
        return None
    return Viewer("admin")


def _ask(said: Mapping[str, Any]) -> None:
    st.title("Leadwright")
    if said.get("is_logged_in"):
        st.error("Your account shows no verified e-mail address, by which viewers.csv would know you.")
        _offer_sign_out()
    elif "is_logged_in" in said:
        st.button("Sign in", on_click=st.login, type="primary")
    else:
        st.error("The proxy in front of these pages did not say who you are.")


def _offer_sign_out() -> None:
    if "is_logged_in" in st.user:
        st.button("Sign out", on_click=st.logout, type="tertiary")
