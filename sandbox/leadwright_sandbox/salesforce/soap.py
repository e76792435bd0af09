"""The SOAP partner API as far as nothing else does it: login, convertLead, merge, undelete, emptyRecycleBin."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as Xml
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from leadwright_sandbox.salesforce.convert import Conversion, convert_lead
from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import ApiError, RowError
from leadwright_sandbox.salesforce.merge import empty_recycle_bin, merge, undelete
from leadwright_sandbox.salesforce.oauth import ConnectedApp, OAuthError
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.records import Writer, read_text
from leadwright_sandbox.salesforce.sessions import User

LAST_LOGIN_VERSION = 64
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"{more}>'
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)
FAULT_SPACE = ' xmlns:sf="urn:fault.partner.soap.sforce.com"'
Action = Callable[[Writer, Xml.Element], str]


class SoapFault(Exception):  # noqa: N818 - SOAP's own word
    """A call that fails as a whole."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def _local(element: Xml.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: Xml.Element, name: str) -> Xml.Element | None:
    return next((each for each in element if _local(each) == name), None)


def _text(element: Xml.Element, name: str) -> str | None:
    found = _child(element, name)
    return found.text if found is not None else None


def _tag(name: str, text: object) -> str:
    if text is None:
        return f'<{name} xsi:nil="true"/>'
    return f"<{name}>{escape(str(text).lower() if isinstance(text, bool) else str(text))}</{name}>"


def _errors(error: RowError) -> str:
    fields = "".join(_tag("fields", name) for name in error.fields)
    return f"<errors>{fields}{_tag('message', error.message)}{_tag('statusCode', error.code)}</errors>"


async def handle(org: Org, app: ConnectedApp, request: Request, version: str) -> Response:
    """POST /services/Soap/u/{version}"""
    try:
        operation, header = _parse(await request.body())
        if _local(operation) == "login":
            body = _login(org, app, request, operation, version)
        else:
            body = _run(org, header, operation)
    except SoapFault as fault:
        detail = _tag("sf:exceptionCode", fault.code) + _tag("sf:exceptionMessage", fault.message)
        body = f"<soapenv:Fault><faultcode>sf:{fault.code}</faultcode>"
        body += _tag("faultstring", f"{fault.code}: {fault.message}")
        body += f"<detail><sf:Fault>{detail}</sf:Fault></detail></soapenv:Fault>"
        text = ENVELOPE.format(more=FAULT_SPACE, body=body)
        return Response(text, 500, media_type="text/xml; charset=utf-8")
    return Response(ENVELOPE.format(more="", body=body), media_type="text/xml; charset=utf-8")


def _parse(text: bytes) -> tuple[Xml.Element, Xml.Element | None]:
    if b"<!DOCTYPE" in text:  # entities could be made to grow without end
        raise SoapFault("INVALID_REQUEST", "a document type is not allowed")
    try:
        envelope = Xml.fromstring(text)
    except Xml.ParseError as error:
        raise SoapFault("INVALID_REQUEST", "the request is not well-formed XML") from error
    body = _child(envelope, "Body")
    if body is None or not len(body):
        raise SoapFault("INVALID_REQUEST", "the request has no operation")
    return body[0], _child(envelope, "Header")


def _login(org: Org, app: ConnectedApp, request: Request, operation: Xml.Element, version: str) -> str:
    if int(version.partition(".")[0]) > LAST_LOGIN_VERSION:
        message = f"SOAP API login() is not available in version {version}: use OAuth"
        raise SoapFault("UNSUPPORTED_API_VERSION", message)
    try:
        user = app.check_password(org, _text(operation, "username") or "", _text(operation, "password") or "")
    except OAuthError as error:
        message = "Invalid username, password, security token; or user locked out."
        raise SoapFault("INVALID_LOGIN", message) from error
    return f"<loginResponse><result>{_login_result(org, request, user, version)}</result></loginResponse>"


def _login_result(org: Org, request: Request, user: User, version: str) -> str:
    row = org.row("User", user.id) or {}
    host = f"https://{request.url.netloc}/services/Soap"
    org_id = org.sessions.org_id
    parts: list[tuple[str, object]] = [
        ("metadataServerUrl", f"{host}/m/{version}/{org_id[:15]}"),
        ("passwordExpired", False),
        ("sandbox", True),
        ("serverUrl", f"{host}/u/{version}/{org_id[:15]}"),
        ("sessionId", org.sessions.open(user).token),
        ("userId", user.id),
    ]
    info: list[tuple[str, object]] = [
        ("accessibilityMode", False),
        ("chatterExternal", False),
        ("currencySymbol", "$"),
        ("orgAttachmentFileSizeLimit", 26214400),
        ("orgDefaultCurrencyIsoCode", "USD"),
        ("orgDefaultCurrencyLocale", "en_US"),
        ("orgDisallowHtmlAttachments", False),
        ("orgHasPersonAccounts", False),
        ("organizationId", org_id),
        ("organizationMultiCurrency", False),
        ("organizationName", "Sandbox"),
        ("profileId", row.get("ProfileId")),
        ("roleId", None),
        ("sessionSecondsValid", int(org.sessions.seconds or 7200)),
        ("userDefaultCurrencyIsoCode", None),
        ("userEmail", row.get("Email")),
        ("userFullName", row.get("Name")),
        ("userId", user.id),
        ("userLanguage", "en_US"),
        ("userLocale", "en_US"),
        ("userName", user.username),
        ("userTimeZone", "UTC"),
        ("userType", "Standard"),
        ("userUiSkin", "Theme3"),
    ]
    shown = "".join(_tag(name, text) for name, text in parts)
    return f"{shown}<userInfo>{''.join(_tag(name, text) for name, text in info)}</userInfo>"


def _run(org: Org, header: Xml.Element | None, operation: Xml.Element) -> str:
    session = _child(header, "SessionHeader") if header is not None else None
    try:
        user = org.sessions.require(_text(session, "sessionId") if session is not None else None).user
        org.usage.take()
    except ApiError as error:
        raise SoapFault(error.code, f"{error.message} found in SessionHeader: Illegal Session") from error
    name = _local(operation)
    if name not in ACTIONS:
        raise SoapFault("UNSUPPORTED_OPERATION", f"The sandbox does not serve {name} over SOAP")
    item, action = ACTIONS[name]
    writer = Writer(org, user, org.view(user))
    results = [_attempt(writer, action, each) for each in operation if _local(each) == item]
    return f"<{name}Response>{''.join(results)}</{name}Response>"


def _attempt(writer: Writer, action: Action, item: Xml.Element) -> str:
    try:
        with writer.org.transaction():
            return f"<result>{action(writer, item)}{_tag('success', True)}</result>"
    except RowError as error:
        return f"<result>{_errors(error)}{_tag('success', False)}</result>"


def _convert(writer: Writer, item: Xml.Element) -> str:
    asked = Conversion(
        _text(item, "leadId") or "",
        _text(item, "convertedStatus") or "",
        _text(item, "accountId") or None,
        _text(item, "contactId") or None,
        _text(item, "ownerId") or None,
        _text(item, "opportunityName") or None,
        (_text(item, "doNotCreateOpportunity") or "").lower() == "true",
    )
    became = convert_lead(writer, asked)
    ids = [("accountId", became.account_id), ("contactId", became.contact_id), ("leadId", became.lead_id)]
    return "".join(_tag(*each) for each in [*ids, ("opportunityId", became.opportunity_id)])


def _merge(writer: Writer, item: Xml.Element) -> str:
    master = _child(item, "masterRecord")
    if master is None:
        raise RowError("MISSING_ARGUMENT", "masterRecord not specified")
    object_type = writer.org.schema.find(_text(master, "type") or "")
    if object_type is None:
        raise RowError("INVALID_TYPE", "masterRecord has no type")
    values: Values = {}
    for each in master:
        field = writer.view.find_field(object_type, _local(each))
        if field is not None and field.name != "Id":
            values[field.name] = read_text(field, each.text or "")
    losers = [each.text or "" for each in item if _local(each) == "recordToMergeIds"]
    master_id = _text(master, "Id") or ""
    moved = merge(writer, object_type, master_id, losers, values)
    merged = "".join(_tag("mergedRecordIds", each) for each in losers)
    return _tag("id", master_id) + merged + "".join(_tag("updatedRelatedIds", each) for each in moved)


def _undelete(writer: Writer, item: Xml.Element) -> str:
    undelete(writer, item.text or "")
    return _tag("id", item.text)


def _empty(writer: Writer, item: Xml.Element) -> str:
    empty_recycle_bin(writer, item.text or "")
    return _tag("id", item.text)


ACTIONS: dict[str, tuple[str, Action]] = {
    "convertLead": ("leadConverts", _convert),
    "merge": ("request", _merge),
    "undelete": ("ids", _undelete),
    "emptyRecycleBin": ("ids", _empty),
}
