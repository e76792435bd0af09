"""The import of CSV folders into the sandbox: everything is checked before anything is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.importer import ImportRefusedError, read_folder
from leadwright_sandbox.store import Store


@pytest.fixture
def hubspot() -> HubSpot:
    return HubSpot(Store(), Clock(), limits=False)


def folder_of(path: Path, **files: str) -> Path:
    """A folder with CSV files, named without their ending."""
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def contacts(hubspot: HubSpot, *names: str) -> list[dict[str, str | None]]:
    kind = hubspot.types.find("contacts")
    assert kind is not None
    return [record.properties for record in hubspot.records.page(kind, list(names), None, 1000, False)]


def test_rows_links_and_custom_fields_are_loaded(tmp_path: Path, hubspot: HubSpot) -> None:
    folder = folder_of(
        tmp_path,
        contacts="hs_object_id,email,landing_page,createdate\nc-2,B@x.org,p1,2018-02-01\nc-1,a@x.org,,2018-01-01T10:00:00Z\n",
        deals="hs_object_id,dealname,dealstage,amount\nd1,First,closedwon,10.5\n",
        owners="id,email,firstName\no1,rep@x.org,Rep\n",
        associations="from_object,from_id,to_object,to_id\ndeals,d1,contacts,c-2\n",
    )
    read_folder(folder, hubspot).load()
    assert contacts(hubspot, "hs_object_id", "email", "landing_page", "createdate") == [
        {
            "hs_object_id": "c-1",
            "email": "a@x.org",
            "landing_page": None,
            "createdate": "2018-01-01T10:00:00.000Z",
        },
        {
            "hs_object_id": "c-2",
            "email": "b@x.org",
            "landing_page": "p1",
            "createdate": "2018-02-01T00:00:00.000Z",
        },
    ]
    people, deals = hubspot.types.find("contacts"), hubspot.types.find("deals")
    assert people is not None and deals is not None
    assert [link.to_id for link in hubspot.associations.of(people, deals, ["c-2"])["c-2"]] == ["d1"]
    deal = hubspot.records.get(deals, "d1", ["amount", "hs_is_closed_won"])
    assert deal is not None and deal.properties == {"amount": "10.5", "hs_is_closed_won": "true"}
    assert hubspot.owners.exists("o1")


def test_history_is_loaded(tmp_path: Path, hubspot: HubSpot) -> None:
    history = (
        "contacts,1,lifecyclestage,2026-01-02,customer\ncontacts,1,lifecyclestage,2026-01-01T00:00:00Z,lead\n"
    )
    folder = folder_of(
        tmp_path,
        contacts="hs_object_id,lifecyclestage\n1,customer\n",
        history="object,record_id,property,changed_at,value\n" + history,
    )
    read_folder(folder, hubspot).load()
    kind = hubspot.object_type("contacts")
    record = hubspot.records.get(kind, "1", ["lifecyclestage"])
    assert record is not None
    versions = hubspot.history.of(kind, record, ["lifecyclestage"])["lifecyclestage"]
    assert [version["value"] for version in versions] == ["customer", "lead"]


def test_quoted_line_breaks_and_byte_order_marks_are_read(tmp_path: Path, hubspot: HubSpot) -> None:
    text = '\ufeffhs_object_id,message\n1,"two\nlines, ""quoted"""\n2,\n'
    read_folder(folder_of(tmp_path, contacts=text), hubspot).load()
    assert [row["message"] for row in contacts(hubspot, "message")] == ['two\nlines, "quoted"', None]


@pytest.mark.parametrize("count", [0, 1, 4999, 5000, 5001])
def test_any_number_of_rows(tmp_path: Path, hubspot: HubSpot, count: int) -> None:
    rows = "".join(f"{number},x\n" for number in range(1, count + 1))
    read_folder(folder_of(tmp_path, notes="hs_object_id,hs_note_body\n" + rows), hubspot).load()
    kind = hubspot.types.find("notes")
    assert kind is not None
    assert len(hubspot.records.page(kind, ["hs_note_body"], None, 10_000, False)) == count


REFUSED = {
    "unknown object": ({"people": "id\n1\n"}, "people is not an object"),
    "no header": ({"contacts": ""}, "contacts.csv, line 1, column 1: the header"),
    "bad field name": ({"contacts": "hs_object_id,first name\n"}, "line 1, column 2: 'first name' is not a field name"),
    "field twice": ({"contacts": "hs_object_id,email,Email\n"}, "line 1, column 3: Email is there twice"),
    "no id column": ({"contacts": "email\na@x.org\n"}, "line 1, column hs_object_id: the header has no hs_object_id"),
    "empty id": ({"contacts": "hs_object_id,email\n,a@x.org\n"}, "line 2, column hs_object_id: is empty"),
    "id twice": ({"contacts": "hs_object_id\n1\n2\n1\n"}, "line 4, column hs_object_id: 1 is there already"),
    "address twice": (
        {"contacts": "hs_object_id,email,archived\n1,a@x.org,\n2,,\n3,,\n4,A@x.org,true\n5,A@X.org,\n"},
        "line 6, column email: a@x.org is that of the record in line 2",
    ),
    "too few values": ({"contacts": "hs_object_id,email\n1,a@x.org\n2\n"}, "line 3, column 2: 1 values under 2"),
    "too many values": ({"contacts": "hs_object_id\n1,2\n"}, "line 2, column 2: 2 values under 1"),
    "bad number": ({"deals": "hs_object_id,amount\n1,5\n2,five\n"}, "line 3, column amount: five was not"),
    "bad date": ({"deals": 'hs_object_id,dealname,closedate\n1,"a\nb",\n2,c,soon\n'}, "line 4, column closedate: soon"),
    "bad quotes": ({"contacts": 'hs_object_id,email\n1,"a"b\n'}, "line 2, column ?: this is not well-formed CSV"),
    "link header": ({"contacts": "hs_object_id\n1\n", "associations": "a,b\n1,2\n"}, "associations.csv, line 1"),
    "link to nothing": (
        {
            "contacts": "hs_object_id\n1\n",
            "deals": "hs_object_id\n1\n",
            "associations": "from_object,from_id,to_object,to_id\ndeals,1,contacts,9\n",
        },
        "line 2, column to_id: contacts.csv has no row with the id 9",
    ),
    "history of nothing": (
        {"history": "object,record_id,property,changed_at,value\nplanets,1,name,2026-01-01,x\n"},
        "line 2, column object: planets is not an object",
    ),
    "history without a moment": (
        {"history": "object,record_id,property,changed_at,value\ncontacts,1,name,then,x\n"},
        "line 2, column changed_at: then was not",
    ),
    "stage order": (
        {"deal_stages": "pipeline_id,stage_id,display_order\np,s,first\n"},
        "line 2, column display_order: first is not a whole number",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_broken_folders_are_refused(tmp_path: Path, hubspot: HubSpot, case: str) -> None:
    files, message = REFUSED[case]
    with pytest.raises(ImportRefusedError, match=r".") as raised:
        read_folder(folder_of(tmp_path, **files), hubspot)
    assert message in str(raised.value)


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path, hubspot: HubSpot) -> None:
    (tmp_path / "contacts.csv").write_bytes(b"hs_object_id,firstname\n1,Ada\n2,Andr\xe9\n")
    with pytest.raises(ImportRefusedError, match=r"contacts.csv, line 3, column \?: the text is not UTF-8"):
        read_folder(tmp_path, hubspot)


def test_missing_and_empty_folders_are_refused(tmp_path: Path, hubspot: HubSpot) -> None:
    with pytest.raises(ImportRefusedError, match="no such folder"):
        read_folder(tmp_path / "nowhere", hubspot)
    with pytest.raises(ImportRefusedError, match="no CSV file"):
        read_folder(tmp_path, hubspot)


def test_the_command_ends_with_2_and_one_message(tmp_path: Path) -> None:
    folder_of(tmp_path, contacts="hs_object_id,closedate\n1,soon\n")
    command = [sys.executable, "-m", "leadwright_sandbox", "--import", f"hubspot={tmp_path}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2 and ended.stdout == ""
    assert ended.stderr.splitlines() == [
        f"{tmp_path / 'contacts.csv'}, line 2, column closedate: soon was not a valid long."
    ]
