"""Decision tables over HTTP: proposed, refused, rehearsed on a past batch, activated by two people, and then obeyed."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.matcher.storage.batches import ref_of, slices_of
from services.matcher.storage.rules import rehearsal_of, rule_table_of
from services.matcher.usecases.rehearse_rules import _rehearse_slice
from services.matcher.usecases.rules_in_force import table_of
from shared.blobs.columns import get_frame
from shared.blobs.errors import BlobGone
from shared.events.audit import RecordsMade
from shared.events.copies import CopyDestroyed
from shared.events.matcher import RehearsalRequested, RulesActivated, RulesRehearsed
from shared.hosting import run_due
from tests.integration.conftest import staff
from tests.integration.matcher.test_twice import again, snapshot
from tests.integration.matcher.world import AUDITOR, OPERATOR, Registry, World, resident

PEOPLE = [resident(number) for number in range(70)]
SUPERVISOR = staff("supervisor")
CLERK = staff("clerk")
RULES = "/matcher/v1/rules"
# Three inquiries whose reading differs from the registry's; a reviewer refuses the first, accepts the second.
REFUSED, ACCEPTED, WAITING = 3, 4, 65
LENIENT = {"KANA-DIFFERS": "same_by_rule"}


async def get(world: World, path: str, person: Any = AUDITOR) -> Any:
    async with world.host.client("matcher", person) as client:
        return await client.get(path)


async def post(world: World, path: str, body: Any, person: Any = SUPERVISOR, **headers: str) -> Any:
    async with world.host.client("matcher", person, **headers) as client:
        answer = await client.post(path, json=body)
    await world.host.idle()
    return answer


async def proposal(world: World, version: str = "four-items-2", **changed: Any) -> dict[str, Any]:
    """The table in force, as it is shown, under another version."""
    shown = (await get(world, f"{RULES}/four-items-1")).json()
    return {"version": version, "ja": "読みの違いを問わない", "en": "readings aside", "rows": shown["rows"]} | changed


def other_reading(seq: int) -> list[tuple[str, Any]]:
    return [("0", replace(PEOPLE[seq - 1], name_kana="ｻﾄｳ ｼﾞﾛｳ"))]


async def past_batch(world: World) -> str:
    """A matched batch with three doubtful readings, two of them reviewed."""
    await world.close(world.request("provisional", [one.asked for one in PEOPLE]))
    batch_id: str = (await world.batches())["provisional"]["id"]
    await world.exchange(batch_id, Registry(PEOPLE, {seq: other_reading(seq) for seq in (REFUSED, ACCEPTED, WAITING)}))
    reviews = {one["seq"]: one["id"] for one in await world.reviews(batch_id)}
    assert (await world.decide(reviews[REFUSED], same_person=False)).json()["outcome"] == "41"
    assert (await world.decide(reviews[ACCEPTED], same_person=True)).json()["outcome"] == "11"
    return batch_id


async def activate(world: World, version: str, day: str, *, requester: Any = SUPERVISOR) -> Any:
    approval = await world.host.approve("matcher", "rules.activate", version, requester.id)
    return await post(world, f"{RULES}/{version}/activation", {"in_force_from": day}, requester, approval=approval)


async def test_the_built_in_table_is_read_in_words(world: World) -> None:
    [listed] = (await get(world, RULES)).json()["items"]
    assert (listed["version"], listed["state"], listed["in_force"]) == ("four-items-1", "built_in", True)
    shown = (await get(world, f"{RULES}/four-items-1")).json()
    assert [row["outcome"] for row in shown["rows"]] == ["50", "20", "10", "review", "40", "review", "30"]
    assert all(row["ja"] and row["en"] for row in shown["rows"])
    assert shown["rows"][3]["not_agreeing"] == {"least": 1, "most": 1}
    assert shown["rows"][6]["agreeing_in_all"] == {"least": 0, "most": None}
    for unknown in ("no-such", "%00", "x" * 500, "%F0%9F%92%A9"):
        assert 400 <= (await get(world, f"{RULES}/{unknown}")).status_code < 500
        assert 400 <= (await get(world, f"/matcher/v1/rehearsals/{unknown}")).status_code < 500


async def test_a_proposal_is_kept_and_shows_each_judgement_that_it_changes(world: World) -> None:
    made = await post(world, RULES, await proposal(world, judgements=LENIENT))
    assert (made.status_code, made.json()["state"], made.json()["in_force_from"]) == (201, "proposed", None)
    shown = (await get(world, f"{RULES}/four-items-2")).json()
    [changed] = shown["judgements"]
    assert (changed["code"], changed["built_in"], changed["judgement"]) == ("KANA-DIFFERS", "partly", "same_by_rule")
    assert changed["ja"]
    assert shown["rows"] == (await get(world, f"{RULES}/four-items-1")).json()["rows"]
    assert [one["version"] for one in (await get(world, f"{RULES}?limit=1")).json()["items"]] == ["four-items-1"]
    again_proposed = await post(world, RULES, await proposal(world))
    assert (again_proposed.status_code, again_proposed.json()["code"]) == (409, "rules-exist")
    built_in = await post(world, RULES, await proposal(world, version="four-items-1"))
    assert built_in.json()["code"] == "rules-exist"


async def test_a_dangerous_table_is_refused_with_all_that_is_wrong(world: World) -> None:
    body = await proposal(world, judgements={"BIRTH-DIFFERS": "same_by_rule"})
    body["rows"][3]["outcome"] = "10"
    refused = await post(world, RULES, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "rules-refused")
    faults = refused.json()["facts"]["faults"]
    assert [(fault["code"], fault["place"]) for fault in faults] == [
        ("identified-without-agreement", "rows/4"),
        ("reason-must-not-agree", "judgements/BIRTH-DIFFERS"),
    ]
    assert all(fault["ja"] and fault["en"] for fault in faults)
    assert (await get(world, f"{RULES}/four-items-2")).status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"version": "四"},
        {"version": ""},
        {"rows": []},
        {"rows": [{}]},
        {"rows": "x"},
        {"judgements": {"X": 1}},
        {"judgements": {"\x00": "partly"}},
        {"judgements": ["x"]},
        {"ja": "\ud800"},
        {"ja": ""},
        {"ja": "\x00"},
        {"more": 1},
    ],
    ids=str,
)
async def test_a_proposal_out_of_shape_is_refused(world: World, changed: dict[str, Any]) -> None:
    body = await proposal(world) | changed
    async with world.host.client("matcher", SUPERVISOR) as client:
        answer = await client.post(RULES, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


async def test_who_may_do_what(world: World) -> None:
    body = await proposal(world)
    for person in (CLERK, AUDITOR):
        assert (await post(world, RULES, body, person)).status_code == 403
        assert (await post(world, f"{RULES}/x/rehearsals", {"batch_id": "x"}, person)).status_code == 403
        assert (await post(world, f"{RULES}/x/activation", {}, person, approval="x")).status_code == 403
    assert (await get(world, RULES, CLERK)).status_code == 403
    for person in (OPERATOR, SUPERVISOR, AUDITOR):
        assert (await get(world, RULES, person)).status_code == 200


async def test_a_rehearsal_lists_every_changed_outcome_and_what_reviewers_had_said(world: World) -> None:
    batch_id = await past_batch(world)
    await post(world, RULES, await proposal(world, judgements=LENIENT))
    asked = await post(world, f"{RULES}/four-items-2/rehearsals", {"batch_id": batch_id}, OPERATOR)
    assert (asked.status_code, asked.json()["state"]) == (202, "running")
    assert asked.json()["progress"] == {"rows_done": 0, "rows": 70}

    path = f"/matcher/v1/rehearsals/{asked.json()['id']}"
    report = (await get(world, path)).json()
    assert (report["state"], report["progress"]) == ("complete", {"rows_done": 70, "rows": 70})
    assert [tuple(row.values()) for row in report["outcomes"]] == [
        ("10", "", "10", 67),
        ("review", "", "10", 1),
        ("review", "11", "10", 1),
        ("review", "41", "10", 1),
    ]
    assert report["summary"] == {
        "inquiries": 70,
        "changed": 3,
        "identified_though_refused": 1,
        "lost_though_accepted": 0,
        "accepted_without_person": 1,
        "reviews_before": 3,
        "reviews_after": 0,
    }
    first = (await get(world, f"{path}/changes?limit=2")).json()
    rest = (await get(world, f"{path}/changes?limit=2&cursor={first['next_cursor']}")).json()
    items = first["items"] + rest["items"]
    assert [(one["seq"], one["reviewed"], one["new"]) for one in items] == [
        (REFUSED, "41", "10"),
        (ACCEPTED, "11", "10"),
        (WAITING, "", "10"),
    ]
    assert items[0]["candidates"][0]["evidence"] == {"name": ["KANA-DIFFERS"], "birth": [], "sex": [], "address": []}
    assert rest["next_cursor"] is None
    for person in PEOPLE:
        assert person.resident_code not in str(items)
        assert person.name_kanji not in str(items)
    [rehearsed] = world.events(RulesRehearsed)
    assert (rehearsed.state, rehearsed.changed, rehearsed.identified_though_refused) == ("complete", 3, 1)
    listed = (await get(world, f"{RULES}/four-items-2/rehearsals")).json()["items"]
    assert [one["id"] for one in listed] == [report["id"]]
    for cursor in ("eA", "LTE", "x" * 300, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert (await get(world, f"{path}/changes?cursor={cursor}")).status_code == 400


async def test_only_a_matched_batch_of_provisional_inquiries_can_be_rehearsed(world: World) -> None:
    await post(world, RULES, await proposal(world))
    await world.close(world.request("provisional", [PEOPLE[0].asked]))
    batch_id = (await world.batches())["provisional"]["id"]
    path = f"{RULES}/four-items-2/rehearsals"
    unmatched = await post(world, path, {"batch_id": batch_id})
    assert (unmatched.status_code, unmatched.json()["code"]) == (410, "evidence-gone")
    assert (await post(world, path, {"batch_id": "no-such"})).status_code == 404
    assert (await post(world, f"{RULES}/no-such/rehearsals", {"batch_id": batch_id})).status_code == 404


async def test_activation_needs_a_rehearsal_two_people_and_a_day_to_come(world: World) -> None:
    batch_id = await past_batch(world)
    await post(world, RULES, await proposal(world, judgements=LENIENT))
    unrehearsed = await activate(world, "four-items-2", "2026-06-10")
    assert (unrehearsed.status_code, unrehearsed.json()["code"]) == (409, "rules-not-rehearsed")
    await post(world, f"{RULES}/four-items-2/rehearsals", {"batch_id": batch_id})

    path, day = f"{RULES}/four-items-2/activation", {"in_force_from": "2026-06-10"}
    assert (await post(world, path, day)).json()["code"] == "approval-required"
    for action, version, person in (
        ("matcher.batch.release", "four-items-2", SUPERVISOR),
        ("rules.activate", "another", SUPERVISOR),
        ("rules.activate", "four-items-2", OPERATOR),
    ):
        other = await world.host.approve("matcher", action, version, person.id)
        assert (await post(world, path, day, approval=other)).json()["code"] == "approval-for-something-else"
    for past in ("2026-06-01", "2020-01-01"):
        assert (await activate(world, "four-items-2", past)).json()["code"] == "rules-date-past"
    assert (await get(world, f"{RULES}/four-items-2")).json()["state"] == "proposed"

    activated = await activate(world, "four-items-2", "2026-06-10")
    assert (activated.status_code, activated.json()["state"]) == (200, "activated")
    assert (await activate(world, "four-items-2", "2026-06-11")).json()["code"] == "rules-active"
    [announced] = world.events(RulesActivated)
    assert (announced.version, announced.in_force_from.isoformat()) == ("four-items-2", "2026-06-10")
    actions = {record["action"] for event in world.events(RecordsMade) for record in event.records}
    assert {"matcher.rules.propose", "matcher.rules.rehearse", "rules.activate"} <= actions


async def test_decisions_carry_the_new_version_from_its_day_on(world: World) -> None:
    batch_id = await past_batch(world)
    await post(world, RULES, await proposal(world, judgements=LENIENT))
    await post(world, f"{RULES}/four-items-2/rehearsals", {"batch_id": batch_id})
    await activate(world, "four-items-2", "2026-06-10")

    async def decided(cycle: str) -> dict[str, Any]:
        await world.close(world.request("provisional", [one.asked for one in PEOPLE[:3]]), cycle=cycle)
        made = (await world.batches(cycle))["provisional"]
        return await world.exchange(made["id"], Registry(PEOPLE, {3: other_reading(3)}))

    before = await decided("2026-06-B")
    assert (before["rules"], before["counts"]["in_review"]) == ("four-items-1", 1)
    world.host.clock.set(datetime(2026, 6, 10, 1, 0, tzinfo=UTC))
    after = await decided("2026-07-A")
    assert (after["rules"], after["counts"]["outcomes"]) == ("four-items-2", {"10": 3})
    in_force = {one["version"]: one["in_force"] for one in (await get(world, RULES)).json()["items"]}
    assert in_force == {"four-items-1": False, "four-items-2": True}
    assert (await world.batch(batch_id))["rules"] == "four-items-1"


async def test_a_rehearsal_told_twice_or_killed_half_way_ends_in_the_same(world: World) -> None:
    batch_id = await past_batch(world)
    await post(world, RULES, await proposal(world, judgements=LENIENT))
    assert world.host.bus is not None
    await world.host.bus.stop()
    async with world.host.client("matcher", OPERATOR) as client:
        asked = await client.post(f"{RULES}/four-items-2/rehearsals", json={"batch_id": batch_id})
    rehearsal_id = asked.json()["id"]
    # The first worker dies after its first slice.
    slices = world.parts.db.read_now(lambda session: slices_of(session, batch_id))
    table = world.parts.db.read_now(lambda session: table_of(rule_table_of(session, "four-items-2")))
    _rehearse_slice(world.parts, rehearsal_id, slices[0], table)
    path = f"/matcher/v1/rehearsals/{rehearsal_id}"
    half = (await get(world, path)).json()
    assert (half["state"], half["progress"]) == ("running", {"rows_done": 50, "rows": 70})
    await world.host.bus.start()
    await world.host.idle()

    report = (await get(world, path)).json()
    assert (report["state"], report["progress"]["rows_done"]) == ("complete", 70)
    assert report["summary"]["changed"] == 3
    before = snapshot(world)
    await again(world, RehearsalRequested(rehearsal_id=rehearsal_id))
    _rehearse_slice(world.parts, rehearsal_id, slices[1], table)
    assert snapshot(world) == before
    assert len(world.events(RulesRehearsed)) == 1


async def test_evidence_is_codes_only_and_goes_after_its_months(world: World) -> None:
    batch_id = await past_batch(world)
    await post(world, RULES, await proposal(world, judgements=LENIENT))
    asked = await post(world, f"{RULES}/four-items-2/rehearsals", {"batch_id": batch_id})
    slices = world.parts.db.read_now(lambda session: slices_of(session, batch_id))
    stored = get_frame(world.parts.blobs, ref_of(slices[0].evidence))
    items = ["name", "birth", "sex", "address"]
    assert stored.columns == ["seq", "serial", "result", "candidate", "candidates", *items, "outcome"]
    assert stored["name"].to_list()[:4] == ["", "", "KANA-DIFFERS", "KANA-DIFFERS"]
    assert stored["outcome"].to_list()[:4] == ["10", "10", "review", "review"]
    main = world.parts.db.read_now(lambda session: rehearsal_of(session, asked.json()["id"]))
    assert main.rows == 70

    service = world.host.services["matcher"]
    await run_due([service], datetime(2027, 6, 30, 23, 0, tzinfo=UTC), move_to=world.host.clock.set)
    assert get_frame(world.parts.blobs, ref_of(slices[0].evidence)).height == 50
    await run_due([service], datetime(2027, 7, 1, 1, 0, tzinfo=UTC), move_to=world.host.clock.set)
    await world.host.idle()
    with pytest.raises(BlobGone):
        get_frame(world.parts.blobs, ref_of(slices[0].evidence))
    gone = [event for event in world.events(CopyDestroyed) if event.what == "evidence"]
    assert len(gone) == 4
    assert {event.object_id for event in gone} == {batch_id}
    late = await post(world, f"{RULES}/four-items-2/rehearsals", {"batch_id": batch_id})
    assert (late.status_code, late.json()["code"]) == (410, "evidence-gone")
    changes = await get(world, f"/matcher/v1/rehearsals/{asked.json()['id']}/changes")
    assert (changes.status_code, changes.json()["code"]) == (410, "evidence-gone")
    report = (await get(world, f"/matcher/v1/rehearsals/{asked.json()['id']}")).json()
    assert report["summary"]["changed"] == 3
