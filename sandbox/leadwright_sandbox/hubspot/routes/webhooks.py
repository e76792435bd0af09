"""Where webhooks go and what they tell."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.hubspot import writing
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, not_found
from leadwright_sandbox.hubspot.routes.batches import MAX_INPUTS, batch_answer
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.values import text
from leadwright_sandbox.hubspot.webhooks import APP_ID, EVENTS, Subscription

BASE = "/webhooks/v3/{app}"


def _check_app(call: Call) -> None:
    if call.path["app"] != str(APP_ID):
        raise not_found(f"App {call.path['app']} does not exist; the sandbox has the app {APP_ID}")


def _settings_body(call: Call) -> dict[str, Any]:
    hooks = call.portal.webhooks
    return {
        "targetUrl": hooks.target_url,
        "throttling": {"maxConcurrentRequests": hooks.max_concurrent, "period": "SECONDLY"},
        "createdAt": hooks.changed_at,
        "updatedAt": hooks.changed_at,
    }


def get_settings(call: Call) -> Answer:
    """Where events are sent."""
    _check_app(call)
    if call.portal.webhooks.target_url is None:
        raise not_found("The app has no webhook settings")
    return 200, _settings_body(call)


def put_settings(call: Call) -> Answer:
    """Set where events are sent."""
    _check_app(call)
    url = text(call.body.get("targetUrl") or "")
    if not url.startswith(("http://", "https://")):
        raise bad_request("Some required fields were not set: [targetUrl]")
    hooks = call.portal.webhooks
    hooks.target_url = url
    hooks.max_concurrent = int((call.body.get("throttling") or {}).get("maxConcurrentRequests") or 10)
    hooks.changed_at = writing.stamp(call.portal)
    return 200, _settings_body(call)


def delete_settings(call: Call) -> Answer:
    """Send events nowhere."""
    _check_app(call)
    call.portal.webhooks.target_url = None
    return 204, None


def _subscription(call: Call) -> Subscription:
    _check_app(call)
    given = call.path["subscription"]
    found = call.portal.webhooks.subscriptions.get(int(given)) if given.isdigit() else None
    if found is None:
        raise not_found(f"Subscription {given} does not exist")
    return found


def list_subscriptions(call: Call) -> Answer:
    """All subscriptions."""
    _check_app(call)
    return 200, {"results": [item.body() for item in call.portal.webhooks.subscriptions.values()]}


def create_subscription(call: Call) -> Answer:
    """Ask for one kind of event."""
    _check_app(call)
    body = call.body
    event_type = text(body.get("eventType") or "")
    subject, _, event = event_type.partition(".")
    kind = call.portal.types.find(text(body.get("objectTypeId") or "") if subject == "object" else subject)
    if kind is None or event not in EVENTS:
        raise bad_request(f"{event_type} is not an event that can be subscribed to")
    if event == "propertyChange" and not body.get("propertyName"):
        raise bad_request("Some required fields were not set: [propertyName]")
    made = call.portal.webhooks.subscribe(
        event_type, body.get("propertyName"), body.get("objectTypeId"), bool(body.get("active", False))
    )
    return 201, made.body()


def get_subscription(call: Call) -> Answer:
    """One subscription."""
    return 200, _subscription(call).body()


def update_subscription(call: Call) -> Answer:
    """Switch a subscription on or off."""
    found = _subscription(call)
    found.active = bool(call.body.get("active", found.active))
    found.updated_at = writing.stamp(call.portal)
    return 200, found.body()


def update_subscriptions(call: Call) -> Answer:
    """Switch several subscriptions on or off: all of them or, where one is not known, none."""
    _check_app(call)
    started, known = writing.stamp(call.portal), call.portal.webhooks.subscriptions
    wanted = {text(item.get("id", "")): bool(item.get("active")) for item in call.inputs(MAX_INPUTS)}
    unknown = sorted(given for given in wanted if not given.isdigit() or int(given) not in known)
    if unknown:
        raise not_found(f"Subscription {unknown[0]} does not exist")
    for given, active in wanted.items():
        known[int(given)].active, known[int(given)].updated_at = active, started
    return batch_answer(call, started, [known[int(given)].body() for given in wanted], [])


def delete_subscription(call: Call) -> Answer:
    """End a subscription."""
    del call.portal.webhooks.subscriptions[_subscription(call).id]
    return 204, None


ROUTES = [
    Endpoint("GET", f"{BASE}/settings", get_settings),
    Endpoint("PUT", f"{BASE}/settings", put_settings),
    Endpoint("DELETE", f"{BASE}/settings", delete_settings),
    Endpoint("GET", f"{BASE}/subscriptions", list_subscriptions),
    Endpoint("POST", f"{BASE}/subscriptions", create_subscription),
    Endpoint("POST", f"{BASE}/subscriptions/batch/update", update_subscriptions),
    Endpoint("GET", f"{BASE}/subscriptions/{{subscription}}", get_subscription),
    Endpoint("PATCH", f"{BASE}/subscriptions/{{subscription}}", update_subscription),
    Endpoint("DELETE", f"{BASE}/subscriptions/{{subscription}}", delete_subscription),
]
