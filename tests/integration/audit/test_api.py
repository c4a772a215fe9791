"""The audit service as the outside sees it."""

import base64
import hashlib
import struct
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.audit.parts import AuditParts
from services.audit.usecases.notice_gaps import notice_gaps
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from shared.auth.principals import Principal
from shared.crypto.signatures import verify
from shared.events import Event
from shared.events.authority import StaffChanged
from shared.events.copies import CopyDestroyed
from shared.hosting import Service
from shared.people.check_digits import my_number_of, resident_code_of
from shared.trail import Actor
from tests.integration.audit.conftest import AT, Source, deliver
from tests.integration.conftest import Host, portal, staff

LOG = "/audit/v1/log"
RECORDS = "/audit/v1/records"


def parts_of(service: Service) -> AuditParts:
    parts = service.parts
    assert isinstance(parts, AuditParts)
    return parts


async def found(host: Host, **words: str) -> list[dict[str, Any]]:
    async with host.client("audit", staff("auditor")) as client:
        answer = await client.get(RECORDS, params=words)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def announce(service: Service, event: Event, subject: str) -> None:
    await service.parts.db.write(lambda work: work.announce(event, subject=subject))


def own_root(leaves: list[bytes]) -> bytes:
    """An outsider's own reading of RFC 6962."""
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return hashlib.sha256(b"\x01" + own_root(leaves[:middle]) + own_root(leaves[middle:])).digest()


async def test_an_outsider_checks_the_log_with_code_of_their_own(audit: Service, host: Host) -> None:
    await deliver(parts_of(audit), Source("intake").make(300))
    publish_checkpoint(parts_of(audit))
    async with host.client("audit", None) as client:
        key = (await client.get(f"{LOG}/public-key")).text.strip()
        checkpoint = await client.get(f"{LOG}/checkpoint")
        full = await client.get(f"{LOG}/tile/entries/000")
        partial = await client.get(f"{LOG}/tile/entries/001.p/44")
        tile = await client.get(f"{LOG}/tile/0/000")
        narrower = await client.get(f"{LOG}/tile/0/000.p/10")
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert full.headers["content-type"] == "application/octet-stream"
    assert "immutable" in full.headers["cache-control"]
    text, _, signature_line = checkpoint.text.rpartition("\n\n")
    origin, size, root = text.split("\n")
    dash, name, value = signature_line.strip().split(" ")
    assert (dash, name, origin, size) == ("\u2014", key.split("+")[0], name, "300")
    public_key = base64.b64decode(key.rsplit("+", 1)[1] if key.count("+") == 2 else key.split("+", 2)[2])[1:]
    assert verify(public_key, base64.b64decode(value)[4:], f"{text}\n".encode())
    data, entries = full.content + partial.content, []
    while data:
        (length,) = struct.unpack(">H", data[:2])
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    assert own_root(leaves) == base64.b64decode(root)
    assert tile.content == b"".join(leaves[:256])
    assert narrower.content == b"".join(leaves[:10])
    assert [orjson.loads(entry)["sequence"] for entry in entries] == list(range(1, 301))


async def test_proofs_lead_from_a_record_to_the_root(audit: Service, host: Host) -> None:
    source = Source("intake")
    await deliver(parts_of(audit), source.make(300))
    publish_checkpoint(parts_of(audit))
    await deliver(parts_of(audit), source.make(700))
    publish_checkpoint(parts_of(audit))
    async with host.client("audit", None) as client:
        inclusion = (await client.get(f"{LOG}/proofs/inclusion", params={"index": 299, "size": 300})).json()
        newest = (await client.get(f"{LOG}/proofs/inclusion", params={"index": 5})).json()
        consistency = (await client.get(f"{LOG}/proofs/consistency", params={"from": 300, "to": 1000})).json()
        outside = [
            await client.get(f"{LOG}/proofs/inclusion", params={"index": 1000}),
            await client.get(f"{LOG}/proofs/inclusion", params={"index": 0, "size": 1001}),
            await client.get(f"{LOG}/proofs/consistency", params={"from": 5, "to": 4}),
        ]
    assert (
        inclusion["leaf"]
        == hashlib.sha256(b"\x00" + orjson.dumps(source.made[299], option=orjson.OPT_SORT_KEYS)).hexdigest()
    )
    assert newest["size"] == 1000
    assert len(newest["hashes"]) == 10
    assert consistency["hashes"]
    assert [answer.status_code for answer in outside] == [404, 404, 404]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tile/0/001", 404),
        ("tile/0/000", 404),
        ("tile/0/000.p/11", 404),
        ("tile/9/000", 404),
        ("tile/0/0", 400),
        ("tile/x/../../../../keys/keyring.json", 404),
        ("tile/0/%2e%2e%2f%2e%2e%2fcheckpoint", 400),
        ("tile/entries/000.p/0", 400),
    ],
)
async def test_a_tile_that_is_not_there_or_none_at_all_is_refused(
    audit: Service, host: Host, path: str, status: int
) -> None:
    await deliver(parts_of(audit), Source("intake").make(10))
    publish_checkpoint(parts_of(audit))
    async with host.client("audit", None) as client:
        assert (await client.get(f"{LOG}/{path}")).status_code == status


async def test_records_are_found_by_each_of_their_marks(audit: Service, host: Host) -> None:
    source = Source("intake")
    records = source.make(30)
    records += source.make(
        1,
        actor=Actor("staff", "operator-7", equipment="jlis-1", place="security_room"),
        action="matcher.review.view",
        object_type="review",
        object_id="rv-1",
        case="rv-1",
        purpose="review",
        subject_tokens=("t-1", "t-2"),
        outcome="refused",
    )
    await deliver(parts_of(audit), records)
    for words in [
        {"actor": "operator-7"},
        {"subject": "t-2"},
        {"object": "rv-1"},
        {"object": "review:rv-1"},
        {"action": "matcher.review.view"},
        {"case": "rv-1"},
        {"purpose": "review"},
        {"equipment": "jlis-1"},
        {"place": "security_room"},
        {"outcome": "refused"},
        {"actor": "operator-7", "purpose": "review", "from": "2026-06-01T09:00:00+09:00"},
    ]:
        assert [item["record"]["sequence"] for item in await found(host, **words)] == [31], words
    assert [item["index"] for item in await found(host, case="c-3", source="intake")] == [2, 12, 22]
    assert await found(host, subject="t-3") == []
    assert await found(host, object="request:rv-1") == []
    assert await found(host, to="2026-06-01T09:00:00+09:00", source="intake") == []
    newest = await found(host, order="newest", source="intake", limit="2")
    assert [item["index"] for item in newest] == [30, 29]


async def test_pages_follow_each_other_and_end_although_each_search_is_recorded(audit: Service, host: Host) -> None:
    await deliver(parts_of(audit), Source("intake").make(25))
    seen: list[int] = []
    cursor = ""
    async with host.client("audit", staff("auditor")) as client:
        while True:
            answer = (await client.get(RECORDS, params={"limit": 10, "cursor": cursor})).json()
            await host.idle()
            seen += [item["index"] for item in answer["items"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
    assert seen == list(range(25))
    searches = await found(host, action="audit.record.search")
    assert len(searches) == 3
    assert searches[0]["record"]["actor"] == "auditor-1"


@pytest.mark.parametrize(
    "words",
    [
        {"actor": "山田太郎"},
        {"actor": "a b"},
        {"case": "x" * 201},
        {"from": "yesterday"},
        {"from": "2026-06-01T00:00:00"},
        {"limit": "0"},
        {"order": "up"},
    ],
)
async def test_a_search_for_what_is_no_id_or_code_is_refused_without_an_echo(
    audit: Service, host: Host, words: dict[str, str]
) -> None:
    async with host.client("audit", staff("auditor")) as client:
        answer = await client.get(RECORDS, params=words)
    assert answer.status_code == 422
    assert "山田" not in answer.text


@pytest.mark.parametrize("cursor", ["!", "YQ", "MS4", "Li4u", "4pGg"])
async def test_a_cursor_that_is_none_is_refused(audit: Service, host: Host, cursor: str) -> None:
    async with host.client("audit", staff("auditor")) as client:
        assert (await client.get(RECORDS, params={"cursor": cursor})).status_code == 400


SEEN_BY = {
    "/audit/v1/records": {"auditor", "supervisor"},
    "/audit/v1/destructions": {"auditor", "supervisor"},
    "/audit/v1/sources": {"auditor", "supervisor", "ops"},
    "/audit/v1/alarms": {"auditor", "supervisor", "ops"},
    "/audit/v1/summary": {"auditor", "supervisor", "ops", "clerk", "operator", "admin"},
}


@pytest.mark.parametrize("path", SEEN_BY)
async def test_each_route_is_open_to_its_teams_and_to_nobody_else(audit: Service, host: Host, path: str) -> None:
    for team in ("auditor", "supervisor", "ops", "clerk", "operator", "admin"):
        async with host.client("audit", staff(team)) as client:
            answer = await client.get(path)
        assert answer.status_code == (200 if team in SEEN_BY[path] else 403), (path, team)
    for principal, status in [(None, 401), (portal(), 403)]:
        async with host.client("audit", principal) as client:
            assert (await client.get(path)).status_code == status
    await host.idle()
    refused = await found(host, outcome="refused")
    assert {item["record"]["reason"] for item in refused} >= {"token-missing", "not-for-clients"}


def destroyed(**stated: Any) -> CopyDestroyed:
    facts = {
        "copy_id": "b-1",
        "service": "media",
        "what": "reply_backup",
        "object_type": "reply",
        "object_id": "rp-1",
        "records": 120,
        "digest": "ab" * 32,
        "method": "key destroyed, bytes removed",
        "due_at": AT,
        "destroyed_at": AT + timedelta(seconds=3),
        "by": "media-retention",
    }
    return CopyDestroyed.model_validate(facts | stated)


async def test_a_destroyed_copy_stands_once_in_the_ledger_with_a_certificate_that_the_log_knows(
    audit: Service, host: Host
) -> None:
    for event in (destroyed(), destroyed(), destroyed(copy_id="b-2", what="my_numbers", records=7)):
        await announce(audit, event, event.copy_id)
    await host.idle()
    async with host.client("audit", staff("auditor")) as client:
        items = (await client.get("/audit/v1/destructions")).json()["items"]
        one = (await client.get("/audit/v1/destructions", params={"what": "my_numbers"})).json()["items"]
        entry = (await client.get(f"/audit/v1/destructions/{items[0]['id']}")).json()
        nothing = await client.get("/audit/v1/destructions/none")
    assert {item["copy_id"] for item in items} == {"b-1", "b-2"}
    assert [item["records"] for item in one] == [7]
    assert nothing.status_code == 404
    certificate = entry["certificate"]
    statement = orjson.dumps(certificate["statement"], option=orjson.OPT_SORT_KEYS)
    signature, public_key = (base64.b64decode(certificate[name]) for name in ("signature", "public_key"))
    assert verify(public_key, signature, statement)
    assert certificate["statement"]["copy_id"] == entry["copy_id"]
    await host.idle()
    issued = await found(host, action="audit.certificate.issue", case=entry["copy_id"])
    assert [item["record"]["release"] for item in issued] == [f"sha256:{hashlib.sha256(statement).hexdigest()}"]


async def test_every_event_of_the_bus_is_recorded_by_its_ids(audit: Service, host: Host) -> None:
    event = StaffChanged(staff_id="clerk-9", change="left")
    await announce(audit, event, "clerk-9")
    await host.idle()
    noted = await found(host, action="audit.event.note")
    assert [item["record"]["object"] for item in noted] == ["clerk-9"]
    assert noted[0]["record"]["object_type"] == StaffChanged.TYPE


async def test_a_gap_is_shown_until_somebody_explains_it(audit: Service, host: Host) -> None:
    source = Source("intake")
    records = source.make(9)
    await deliver(parts_of(audit), records[:3] + records[6:])
    host.clock.set(AT + timedelta(seconds=60))
    await notice_gaps(parts_of(audit), host.clock.now())
    async with host.client("audit", staff("auditor")) as client:
        sources = (await client.get("/audit/v1/sources")).json()["items"]
        alarms = (await client.get("/audit/v1/alarms", params={"state": "open"})).json()["items"]
        ready = (await client.get("/readyz")).json()
        path = f"/audit/v1/alarms/{alarms[0]['id']}/explanation"
        blank = await client.post(path, json={"reason": "  "})
        explained = await client.post(path, json={"reason": "restored from backup"})
        again = await client.post(path, json={"reason": "once more"})
        unknown = await client.post("/audit/v1/alarms/none/explanation", json={"reason": "x"})
        summary = (await client.get("/audit/v1/summary")).json()
    intake = next(item for item in sources if item["source"] == "intake")
    assert intake["gaps"] == [{"first": 4, "last": 6}]
    assert [(alarm["kind"], alarm["first"], alarm["last"]) for alarm in alarms] == [("gap", 4, 6)]
    assert ready["alarms"] == 1
    assert [answer.status_code for answer in (blank, explained, again, unknown)] == [422, 200, 409, 404]
    assert explained.json()["closed_by"] == "auditor-1"
    assert summary["alarms"]["open"] == 0


async def test_the_summary_tells_size_lag_and_checkpoint(audit: Service, host: Host) -> None:
    await deliver(parts_of(audit), Source("intake").make(30))
    host.clock.set(AT + timedelta(seconds=4))
    service = Principal(kind="service", id="console", token_id="t")
    async with host.client("audit", service) as client:
        before = (await client.get("/audit/v1/summary")).json()
        publish_checkpoint(parts_of(audit))
        after = (await client.get("/audit/v1/summary")).json()
    assert (before["log"]["size"], before["lag"]) == (30, {"records": 30, "seconds": 4})
    assert after["lag"] == {"records": 0, "seconds": 0}
    assert after["log"]["checkpoint_size"] == 30
    assert after["log"]["checkpoint_at"] == "2026-06-01T00:00:04.000Z"


async def test_records_come_in_the_forms_of_other_systems(audit: Service, host: Host) -> None:
    await deliver(parts_of(audit), Source("intake").make(3))
    fhir = await found(host, object="r-2", form="fhir")
    assert [one["fhir"]["entity"][0]["what"]["identifier"]["value"] for one in fhir] == ["r-2"]
    ocsf = await found(host, object="r-2", form="ocsf")
    assert [one["ocsf"]["class_uid"] for one in ocsf] == [6005]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_no_search_brings_an_individual_number_into_the_log(audit: Service, host: Host) -> None:
    number, code = my_number_of("12345678901"), resident_code_of("1234567890")
    words = {"object": number, "subject": code, "case": f"c-{number}", "actor": f"x:{code}"}
    async with host.client("audit", staff("auditor")) as client:
        for name, word in words.items():
            answer = await client.get(RECORDS, params={name: word})
            assert answer.status_code == 422
            assert word not in answer.text
        ours = await client.get(RECORDS, params={"object": f"01a20e98-0a4f-709d-a3f5-{number}"})
    assert ours.status_code == 200
