"""Forms, and the submissions that came through them."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, not_found, not_served
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.paging import behind, next_page
from leadwright_sandbox.hubspot.values import text

FORMS = "/marketing/v3/forms"
MAX_FORMS = 500
MAX_SUBMISSIONS = 50
FORM_TYPES = {"hubspot", "captured", "flow", "blog_comment", "all"}


def _forms(call: Call) -> tuple[str, ...]:
    return ("forms",)


def _form(call: Call) -> dict[str, Any]:
    found = call.portal.forms.forms.get(call.path["form"])
    if found is None:
        raise not_found(f"No form has the id {call.path['form']}")
    return found


def list_forms(call: Call) -> Answer:
    """A page of forms."""
    limit, after = call.number("limit", 20, MAX_FORMS), call.query.get("after")
    types = set(call.names("formTypes")) or {"hubspot"}
    if unknown := types - FORM_TYPES:
        raise bad_request(f"{sorted(unknown)[0]} is not a form type")
    if not types & {"hubspot", "all"}:  # a portal of the sandbox has forms of this type only
        return 200, {"results": []}
    known = sorted(call.portal.forms.forms.values(), key=lambda form: str(form["id"]))
    forms = behind(after, [] if call.flag("archived") else known, lambda form: str(form["id"]))
    body: dict[str, Any] = {"results": forms[:limit]}
    if len(forms) > limit:
        body["paging"] = next_page(call, forms[limit - 1]["id"])
    return 200, body


def create_form(call: Call) -> Answer:
    """Add a form."""
    if not call.body.get("name"):
        raise bad_request("Some required fields were not set: [name]")
    if call.body.get("formType", "hubspot") != "hubspot":
        raise not_served(f"forms of the type {call.body['formType']}")
    return 201, call.portal.forms.create(call.body)


def get_form(call: Call) -> Answer:
    """One form."""
    return 200, _form(call)


def list_submissions(call: Call) -> Answer:
    """Submissions of a form, newest first."""
    limit, form_id = call.number("limit", 20, MAX_SUBMISSIONS), _form(call)["id"]
    results, more = call.portal.forms.submissions(form_id, limit, call.query.get("after"))
    body: dict[str, Any] = {"results": results}
    if more is not None:
        body["paging"] = next_page(call, more)
    return 200, body


def submit(call: Call) -> Answer:
    """Take a submission."""
    form, body = _form(call), call.body
    fields = body.get("fields")
    if not isinstance(fields, list) or not all(
        isinstance(field, dict) and "name" in field for field in fields
    ):
        raise bad_request("Invalid input JSON: fields is a list of name and value")
    context = body.get("context") or {}
    values = {text(field["name"]): text(field.get("value") or "") for field in fields}
    with call.portal.atomic():
        call.portal.forms.submit(
            form, values, text(context.get("pageUri") or ""), text(context.get("pageName") or "")
        )
    return 200, {"inlineMessage": "Thanks for submitting the form."}


ROUTES = [
    Endpoint("GET", FORMS, list_forms, _forms),
    Endpoint("POST", FORMS, create_form, _forms),
    Endpoint("GET", f"{FORMS}/{{form}}", get_form, _forms),
    Endpoint("GET", "/form-integrations/v1/submissions/forms/{form}", list_submissions, _forms),
    Endpoint("POST", "/submissions/v3/integration/secure/submit/{portal}/{form}", submit, _forms),
]
