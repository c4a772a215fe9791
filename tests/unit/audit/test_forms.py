"""Records as FHIR AuditEvents and OCSF activities: what the mapping says, and nothing that is empty."""

from datetime import UTC, datetime

import orjson
import pytest

from services.audit.domain.forms.forms import Form, in_form
from shared.trail import Access, Actor, actions, chained
from shared.trail.record import FIRST_PREVIOUS

AT = datetime(2026, 6, 1, 3, 4, 5, 6000, tzinfo=UTC)


def record(action: str = "matcher.review.read", **more: object) -> dict[str, object]:
    actor = Actor("staff", "operator-1", team="operator", equipment="jlis-1", place="security_room")
    stated = {"purpose": "review", "case": "review-1", "subjects": 2, "subject_tokens": ("ab" * 16,), **more}
    access = Access(actor, action, "review", "review-1", **stated)  # type: ignore[arg-type]
    return dict(orjson.loads(chained(access, source="matcher", sequence=7, previous=FIRST_PREVIOUS, at=AT)[0]))


def test_an_audit_event_says_who_where_what_why_and_the_outcome() -> None:
    event = in_form(record(outcome="refused", reason="review-not-yours"), "fhir")
    assert (event["resourceType"], event["action"], event["outcome"]) == ("AuditEvent", "R", "4")
    assert event["recorded"] == "2026-06-01T03:04:05.006Z"
    (agent,) = event["agent"]
    assert agent["who"] == {"identifier": {"system": "urn:shokai:staff", "value": "operator-1"}}
    assert agent["role"] == [{"coding": [{"system": "urn:shokai:team", "code": "operator"}]}]
    assert event["purposeOfEvent"] == [{"coding": [{"system": "urn:shokai:purpose", "code": "review"}]}]
    assert event["source"] == {"observer": {"identifier": {"value": "matcher"}}}
    assert {"type": "subjects", "valueString": "2"} in event["entity"][0]["detail"]


def test_a_datastore_activity_has_the_numbers_of_its_class() -> None:
    event = in_form(record("matcher.copy.destroy"), "ocsf")
    assert (event["class_uid"], event["activity_id"], event["type_uid"]) == (6005, 7, 600507)
    assert (event["status_id"], event["severity_id"]) == (1, 1)
    assert event["time"] == 1780283045006
    assert event["actor"]["user"] == {"uid": "operator-1", "type_id": 1, "groups": [{"name": "operator"}]}
    assert event["unmapped"]["case"] == "review-1"


@pytest.mark.parametrize("form", ["fhir", "ocsf"])
def test_every_action_has_a_form_without_empty_places_and_without_pseudonyms(form: Form) -> None:
    for action in actions():
        made = orjson.dumps(in_form(record(action, purpose="", case=""), form))
        assert b'""' not in made
        assert b"null" not in made
        assert b"ab" * 16 not in made
    assert b"purpose" not in orjson.dumps(in_form(record(purpose=""), "fhir"))


def test_the_two_tables_of_the_activity_agree() -> None:
    for action in actions():
        event = in_form(record(action), "ocsf")
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
