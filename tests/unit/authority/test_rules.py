"""Locks, approvals, one-time passwords, and the dated tables."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.authority.domain.approvals import MOVES, ApprovalState, Asked, refusal_of_decision
from services.authority.domain.locks import LONGEST_DELAY, locked_until
from services.authority.domain.registers import TEAMS, refusal_of_client
from services.authority.domain.totp import STEP_SECONDS, code_at, step_of
from services.authority.rules import approval_rule, in_force
from shared.auth.acts import act_rules

NOW = datetime(2026, 6, 1, tzinfo=UTC)
# Spec 04.8 of the outside surface names these.
TWO_PERSON_ACTIONS = {
    "matcher.batch.hand_over",
    "matcher.batch.release",
    "media.disc.reissue",
    "intake.media.destroy",
    "transfer.internet",
    "keys.rotate",
    "keys.destroy",
    "matrices.change",
    "rules.activate",
    "audit.hold.set",
    "audit.hold.lift",
    "audit.freeze.lift",
    "events.parked.discard",
    "events.parked.fix",
}
PURPOSES = [
    "intake-check", "jlis-exchange", "review", "media-production", "reply-delivery", "replacement", "retention",
    "incident", "audit",
]  # fmt: skip


def test_four_failures_are_free_and_then_the_delay_doubles_up_to_an_hour() -> None:
    assert [locked_until(failures, NOW) for failures in range(5)] == [None] * 5
    delays = [(locked_until(failures, NOW) or NOW) - NOW for failures in range(5, 40)]
    assert delays[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY


@pytest.mark.parametrize("state", list(ApprovalState))
@pytest.mark.parametrize("to", [ApprovalState.APPROVED, ApprovalState.REFUSED, ApprovalState.WITHDRAWN])
def test_the_whole_matrix_of_decisions(state: ApprovalState, to: ApprovalState) -> None:
    decider = "one" if to is ApprovalState.WITHDRAWN else "two"
    code = refusal_of_decision(
        Asked("one", state, NOW),
        decider=decider,
        team="supervisor",
        approvers=frozenset({"supervisor"}),
        to=to,
        now=NOW,
    )
    assert code == (None if to in MOVES[state] else "approval-decided")


def test_an_approval_expires_and_nobody_approves_their_own() -> None:
    asked = Asked("one", ApprovalState.PENDING, NOW)
    approvers = frozenset({"supervisor"})

    def decide(decider: str, team: str, now: datetime) -> str | None:
        return refusal_of_decision(
            asked, decider=decider, team=team, approvers=approvers, to=ApprovalState.APPROVED, now=now
        )

    assert decide("two", "supervisor", NOW + timedelta(seconds=1)) == "approval-expired"
    assert decide("one", "supervisor", NOW) == "own-approval"
    assert decide("two", "clerk", NOW) == "approver-not-allowed"


def test_one_time_passwords_are_those_of_the_standard() -> None:
    secret = b"12345678901234567890"
    assert [code_at(secret, step) for step in range(3)] == ["755224", "287082", "359152"]  # RFC 4226, appendix D
    at = datetime.fromtimestamp(1111111109, UTC)
    assert code_at(secret, 1111111109 // STEP_SECONDS) == "081804"  # RFC 6238, appendix B, last six digits
    for seconds in (-STEP_SECONDS, 0, STEP_SECONDS):
        assert step_of(secret, "081804", at + timedelta(seconds=seconds)) == 1111111109 // STEP_SECONDS
    assert step_of(secret, "081804", at + timedelta(seconds=3 * STEP_SECONDS)) is None
    assert step_of(secret, "", at) is None
    assert step_of(secret, "０８１８０４", at) is None


@pytest.mark.parametrize(
    ("ways", "demo", "code"),
    [
        ("secret", True, None),
        ("secret", False, "secret-only-in-demo"),
        ("key", False, None),
        ("key", True, None),
        ("certificate", False, None),
        ("secret key", True, "secret-or-key"),
        ("key certificate", False, "secret-or-key"),
        ("", True, "secret-or-key"),
    ],
)
def test_a_client_has_one_way_to_prove_itself(ways: str, demo: bool, code: str | None) -> None:
    has = {f"has_{way}": way in ways.split() for way in ("secret", "key", "certificate")}
    assert refusal_of_client(**has, demo=demo) == code


def test_the_tables_hold_what_the_outside_relies_on() -> None:
    today = date(2026, 6, 1)
    assert {row["action"] for row in in_force("approvals", today)} == TWO_PERSON_ACTIONS
    assert [row["code"] for row in in_force("purposes", today)] == PURPOSES
    assert approval_rule("matcher.batch.hand_over", date(2025, 2, 28)) is None
    for row in in_force("approvals", today):
        assert set(row["requesters"]) | set(row["approvers"]) <= set(TEAMS)
    for row in in_force("duties", today):
        assert len(set(row["teams"]) & set(TEAMS)) == 2


def test_every_act_of_two_people_can_be_asked_for_by_who_may_do_it() -> None:
    for act in [rule for rule in act_rules().values() if rule.two_people]:
        asked_for = approval_rule(act.act, date(2026, 6, 1))
        assert asked_for is not None, act.act
        assert asked_for.requesters & act.teams, act.act


def test_who_asks_for_rights_never_grants_them() -> None:
    """No team of the table of incompatible duties may be on both sides of the same approval with its counterpart."""
    for row in in_force("approvals", date(2026, 6, 1)):
        assert "admin" not in row["approvers"]
        assert "ops" not in row["approvers"]
