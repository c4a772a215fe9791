"""One person's disclosure: found by pseudonym through lists of bulk acts, and told in whole."""

from typing import Any

import polars as pl
import pytest

from services.audit.consumers import CONSUMES
from services.audit.parts import AuditParts
from shared.blobs.columns import put_frame
from shared.events import Event
from shared.events.matcher import SubjectsListed
from shared.events.media import DiscVerified
from shared.hosting import Service
from tests.integration.audit.conftest import Source, deliver
from tests.integration.conftest import Host, staff

AUDIT = {"purpose": "audit", "case": "disclosure-1"}
ME, OTHER = "aa" * 16, "bb" * 16


def parts_of(service: Service) -> AuditParts:
    parts = service.parts
    assert isinstance(parts, AuditParts)
    return parts


async def handle(service: Service, event: Event) -> None:
    effect = await CONSUMES[type(event)](parts_of(service), event)
    assert effect is not None
    await service.parts.db.write(effect)


def listed(service: Service, tokens: list[str], *, request: str, kind: str = "main", part: int = 0) -> SubjectsListed:
    frame = pl.DataFrame({"token": [bytes.fromhex(token) for token in tokens]}, schema={"token": pl.Binary})
    return SubjectsListed(
        request_id=request,
        reply_id=f"reply-of-{request}",
        plan_number="00012345",
        kind=kind,
        cycle="2026-06-A",
        batch_id=f"batch-{kind}",
        part=part,
        count=len(tokens),
        subjects=put_frame(parts_of(service).blobs, frame, purpose="subjects", key="plan/00012345"),
    )


async def disclosed(host: Host, *tokens: str, **more: int) -> dict[str, Any]:
    async with host.client("audit", staff("auditor"), **AUDIT) as client:
        answer = await client.post("/audit/v1/disclosures", json={"tokens": tokens, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def lived(audit: Service) -> None:
    """Two requests: I am in both, the other one only in the second; each goes its way."""
    await handle(audit, listed(audit, [ME], request="r-1"))
    await handle(audit, listed(audit, [ME, OTHER], request="r-2", kind="my_number"))
    await handle(audit, listed(audit, ["cc" * 16], request="r-2", kind="my_number", part=1))
    await handle(audit, DiscVerified(disc_id="disc-1", plan_number="00012345", request_ids=("r-2",), sha256="00" * 32))
    source = Source("matcher")
    acts = [
        ("intake.request.check", "request", "r-1", ()),
        ("matcher.batch.hand_over", "batch", "batch-main", ()),
        ("media.package.download", "reply", "reply-of-r-1", ()),
        ("media.disc.read_image", "disc", "disc-1", ()),
        ("matcher.batch.hand_over", "batch", "batch-provisional", ()),
        ("matcher.review.read", "review", "review-1", (OTHER,)),
        ("matcher.review.read", "review", "review-2", (ME,)),
        ("media.reply.read", "reply", "reply-of-r-1", ()),
    ]
    for action, object_type, name, tokens in acts:
        stated = {"action": action, "object_type": object_type, "object_id": name, "subject_tokens": tokens}
        await deliver(parts_of(audit), source.make(1, purpose="", **stated))


async def test_a_person_is_told_every_act_on_the_requests_that_they_were_in(audit: Service, host: Host) -> None:
    await lived(audit)
    mine = await disclosed(host, ME)
    assert [request["request_id"] for request in mine["requests"]] == ["r-1", "r-2"]
    assert [(act["action"], act["category"], act["to"], act["requests"]) for act in mine["acts"]] == [
        ("intake.request.check", "used", "", ["r-1"]),
        ("matcher.batch.hand_over", "provided", "jlis", ["r-1"]),
        ("media.package.download", "provided", "plan", ["r-1"]),
        ("media.disc.read_image", "provided", "plan", ["r-2"]),
        ("matcher.review.read", "seen", "", []),
    ]
    assert mine["acts"][1]["items"] == ["resident-code"]
    assert "my-number" in mine["acts"][3]["items"]
    assert "my-number" not in mine["acts"][2]["items"]
    assert mine["acts"][1]["activity"]["version"] == "jlis-exchange@2025-03-01"
    assert "住民基本台帳法 第30条の9" in mine["acts"][1]["legal_basis"]
    theirs = await disclosed(host, OTHER)
    assert [act["object"] for act in theirs["acts"]] == ["disc-1", "review-1"]
    assert (await disclosed(host, "dd" * 16))["acts"] == []


async def test_a_disclosure_comes_in_pages_and_is_itself_told_the_next_time(audit: Service, host: Host) -> None:
    await lived(audit)
    first = await disclosed(host, ME, limit=3)
    assert (len(first["acts"]), first["next_after"]) == (3, first["acts"][2]["index"])
    second = await disclosed(host, ME, limit=3, after=first["next_after"])
    assert ([act["object"] for act in second["acts"]], second["next_after"]) == (["disc-1", "review-2"], None)
    await host.idle()
    assert [act["category"] for act in (await disclosed(host, ME))["acts"]][-2:] == ["disclosed", "disclosed"]


async def test_a_list_that_comes_twice_is_loaded_once(audit: Service, host: Host) -> None:
    event = listed(audit, [ME, OTHER], request="r-1")
    await handle(audit, event)
    await handle(audit, event)
    assert len((await disclosed(host, ME))["requests"]) == 1


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_disclosure_needs_a_reason_and_well_formed_pseudonyms(audit: Service, host: Host) -> None:
    async with host.client("audit", staff("auditor")) as client:
        assert (await client.post("/audit/v1/disclosures", json={"tokens": [ME]})).status_code == 403
    async with host.client("audit", staff("auditor"), **AUDIT) as client:
        for wrong in ([], ["山田"], [ME] * 11, ["zz" * 16]):
            assert (await client.post("/audit/v1/disclosures", json={"tokens": wrong})).status_code in (400, 422)
    async with host.client("audit", staff("operator"), **AUDIT) as client:
        assert (await client.post("/audit/v1/disclosures", json={"tokens": [ME]})).status_code == 403
