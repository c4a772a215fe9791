"""Each detection with what it must find, and with what is almost the same and must be left alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.audit.domain.detections.facts import Access, Entry, Facts, Missing, Standing
from services.audit.domain.detections.gaps import gap_signs
from services.audit.domain.detections.judging import judged
from services.audit.domain.detections.leaving import exports_of_leavers, leavers
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.room_days import RoomDay, room_signs
from services.audit.domain.detections.rules import all_rules, rules_on, sentences
from tests.unit.audit.detections.making import (
    ACTS,
    DAY,
    ON_ROSTER,
    OTHER,
    act,
    at,
    days,
    door,
    found,
    numbered,
    opened,
    signs,
)

ASK, DECIDE = "authority.approval.request", "authority.approval.decide"


def test_ordinary_work_shows_nothing() -> None:
    assert found([opened(), act("09:30"), act("17:59")], ON_ROSTER, OTHER) == set()


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (act("07:59"), "off-hours/hours"),
        (act("20:00"), "off-hours/hours"),
        (act("10:00", date(2026, 6, 6)), "off-hours/holiday"),  # Saturday
        (act("10:00", date(2026, 7, 20)), "off-hours/holiday"),  # 海の日
        (act("10:00", date(2026, 12, 29)), "off-hours/holiday"),  # year-end closing
        (act("22:00", action="matcher.batch.list"), "off-hours/other"),
        (act("08:00"), ""),
        (act("19:59"), ""),
        (act("23:00", actor="portal", actor_kind="client"), ""),
        (act("23:00", outcome="refused"), ""),
    ],
)
def test_off_hours(access: Access, expected: str) -> None:
    assert found([opened(), access]) == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (OTHER, "not-on-roster/data"),  # somebody else is known, this person is not
        (replace(ON_ROSTER, roster_from=DAY + timedelta(days=1)), "not-on-roster/data"),
        (replace(ON_ROSTER, roster_to=DAY - timedelta(days=1)), "not-on-roster/data"),
        (replace(ON_ROSTER, left_on=DAY - timedelta(days=1)), "not-on-roster/data"),
        (replace(ON_ROSTER, roster_from=DAY), ""),
        (replace(ON_ROSTER, roster_to=DAY, left_on=DAY), ""),
        (replace(ON_ROSTER, pledged_on=None), "pledge-or-training/pledge"),
        (replace(ON_ROSTER, pledged_on=DAY + timedelta(days=1)), "pledge-or-training/pledge"),
        (replace(ON_ROSTER, pledged_on=DAY), ""),
        (replace(ON_ROSTER, trained_on=None), "pledge-or-training/never-trained"),
        (replace(ON_ROSTER, trained_on=date(2025, 6, 2)), "pledge-or-training/training"),
        (replace(ON_ROSTER, trained_on=date(2025, 6, 3)), ""),
    ],
)
def test_standing_on_the_roster(standing: Standing, expected: str) -> None:
    assert found([opened(), act()], standing) == ({expected} if expected else set())


def test_without_any_roster_nobody_is_off_it() -> None:
    assert found([opened(), act()]) == set()
    other = act(action="matcher.batch.list")
    assert found([other], OTHER) == {"not-on-roster/other"}


def test_own_and_colleagues_records() -> None:
    token = act(tokens=("t1",))
    assert found([opened(), token], t1=frozenset({"op-1"})) == {"own-or-colleague/own"}
    assert found([opened(), token], t1=frozenset({"op-2"})) == {"own-or-colleague/colleague"}
    assert found([opened(), token], t2=frozenset({"op-1"})) == set()
    assert found([opened(), replace(token, outcome="refused")], t1=frozenset({"op-1"})) == set()


def working_days(amount: int, actor: str = "op-1") -> list[Access]:
    """So many reads on each of ten days."""
    return [
        act(f"10:{number:02}", day, actor=actor, object_id=f"{actor}-{day}-{number}", case="rv-1")
        for day in days(10)
        for number in range(amount)
    ]


def reads_today(amount: int, **stated: Any) -> list[Access]:
    return [act(f"{10 + n // 60}:{n % 60:02}", object_id=f"n-{n}", **stated) for n in range(amount)]


@pytest.mark.parametrize(
    ("usual", "others", "today", "expected"),
    [
        (20, 20, 60, True),  # three times both
        (20, 45, 55, False),  # colleagues read almost as much: a wave
        (20, 30, 55, True),  # strong against the own past, and more than colleagues
        (45, 20, 55, False),  # strong against colleagues, but no more than always
        (5, 5, 24, False),  # too little to speak of
        (5, 5, 25, True),
    ],
)
def test_bulk_reading(usual: int, others: int, today: int, expected: bool) -> None:
    past = [opened(day=days(11)[0])]
    peers = [access for actor in ("op-2", "op-3") for access in working_days(others, actor)]
    wake = [act("09:00", actor=actor, object_id=f"w-{actor}") for actor in ("op-2", "op-3")]
    accesses = sorted([*past, *working_days(usual), *peers, *wake, *reads_today(today)], key=lambda access: access.at)
    assert ("bulk-reading/acts" in found(accesses)) is expected


def test_bulk_reading_of_somebody_new() -> None:
    accesses = [opened(), *reads_today(150)]
    assert "bulk-reading/acts" in found(accesses)
    assert found(accesses[:-1]) == set()
    many = [opened(), *(replace(access, subjects=50) for access in reads_today(3))]
    assert "bulk-reading/people" in found(many)
    handed = act(action="matcher.batch.hand_over", subjects=1_000_000, object_type="batch", object_id="b-1")
    assert found([opened(), handed]) == set()


def refused(minute: int, **stated: Any) -> Access:
    return act(f"10:{minute:02}", outcome="refused", reason="place-not-allowed", **stated)


def test_repeated_refusals() -> None:
    assert found([refused(minute) for minute in (0, 5, 10, 15, 20)]) == {"repeated-refusals/refused"}
    assert found([refused(minute) for minute in (0, 5, 10, 15)]) == set()
    assert found([refused(minute) for minute in (0, 12, 24, 36, 48)]) == set()
    assert found([replace(refused(minute), reason="token-expired") for minute in range(9)]) == set()
    programs = [refused(minute, actor="portal", actor_kind="client") for minute in range(5)]
    assert found(programs) == {"repeated-refusals/refused"}


def test_purpose_without_an_open_case() -> None:
    assert found([opened(), act(purpose="")]) == {"purpose-without-case/none"}
    assert found([opened(), act(case="")]) == {"purpose-without-case/none"}
    assert found([opened(), act(case="", action="media.disc.make_image")]) == set()  # nobody asks for one there
    assert found([opened(), act(case="rv-2")]) == {"purpose-without-case/unknown"}
    ended = act("09:10", days(3)[0], actor_kind="client", action="intake.request.withdraw", case="")
    assert found([opened(day=days(4)[0]), ended, act()]) == {"purpose-without-case/closed"}
    assert found([opened(), replace(ended, at=at("09:10")), act()]) == set()  # the same day
    assert found([act("09:00", action="matcher.review.take"), act()]) == set()


def test_access_after_delivery() -> None:
    def delivered(day: date) -> Access:
        return act("09:10", day, actor_kind="client", action="media.package.receive", object_id="reply-1", case="rv-1")

    first = opened(day=days(20)[0])
    assert found([first, delivered(days(5)[0]), act()]) == {"after-delivery/delivered"}
    assert found([first, delivered(days(3)[0]), act("09:05")]) == set()
    assert found([first, delivered(days(5)[0]), act(purpose="replacement")]) == set()
    assert found([first, delivered(days(5)[0]), act(action="media.disc.password")]) == set()
    note = act("09:10", days(5)[0], actor_kind="service", action="audit.event.note", object_id="rv-1", case="")
    arrived = replace(note, object_type="media.disc.delivered.v1")
    assert found([first, arrived, act()]) == {"after-delivery/delivered"}
    assert found([first, replace(note, object_type="media.disc.sent.v1"), act()]) == set()


def test_the_same_person_again_and_again() -> None:
    first = opened(day=days(90)[0])

    def read(day: date, clock: str = "10:00", **stated: Any) -> Access:
        return act(clock, day, tokens=("t1",), **stated)

    wed = [DAY - timedelta(weeks=number) for number in (3, 2, 1, 0)]
    assert found([first, *map(read, wed)]) == {"same-person-again/reader"}
    assert found([first, *map(read, wed[1:])]) == set()
    assert found([first, *(read(DAY, f"10:{minute:02}") for minute in range(8))]) == {"same-person-again/reader"}
    assert found([first, *(read(DAY, f"10:{minute:02}") for minute in range(7))]) == set()
    apart = [read(DAY - timedelta(weeks=9 * number)) for number in (3, 2, 1, 0)]
    assert "same-person-again/reader" not in found([opened(day=days(200)[0]), *apart])
    many = [read(DAY, actor=f"op-{number}") for number in range(5)]
    assert found([first, *many]) == {"same-person-again/readers"}
    assert found([first, *many[:4]]) == set()
    without = [act("10:00", day) for day in wed]  # one review, no token
    assert found([first, *without]) == {"same-person-again/reader"}


def test_a_dormant_account_wakes() -> None:
    first = opened(day=days(90)[0])
    assert found([first, act("10:00", DAY - timedelta(days=61)), act()]) == {"dormant-account/woke"}
    monday = DAY - timedelta(days=2)
    assert found([first, act("11:00", monday - timedelta(days=60)), act("10:59", monday)]) == set()
    assert found([first, act()]) == set()


def test_two_places() -> None:
    moved = act("11:00", place="office")
    assert found([opened(), act("10:00"), moved]) == {"two-places/equipment"}
    assert found([opened(), act("09:00"), replace(moved, at=at("13:01"))]) == set()
    elsewhere = act("10:00:45", place="office", equipment="pc-1")
    assert found([opened(), act("10:00"), elsewhere]) == {"two-places/person"}
    assert found([opened(), act("10:00"), replace(elsewhere, at=at("10:00:46"))]) == set()


def approvals(pairs: list[tuple[str, str]], *, seconds: int = 600, reason: str = "approved") -> list[Access]:
    """Each asked for by the first and decided by the second, an hour apart."""
    made = []
    for number, (requester, approver) in enumerate(pairs):
        day, name = days(40)[number], f"a-{number}"
        ask = act("10:00", day, actor=requester, action=ASK, object_type="approval", object_id=name)
        decided = replace(ask, at=ask.at + timedelta(seconds=seconds), actor=approver, action=DECIDE, reason=reason)
        made += [ask, decided]
    return made


def test_approvals_between_the_same_two() -> None:
    def kinds(pairs: list[tuple[str, str]], **more: Any) -> set[str]:
        return {name for name in found(approvals(pairs, **more)) if name.startswith("same-two")}

    others = [("op-8", "sv-2"), ("op-8", "sv-3")]
    assert kinds([*others, *[("op-1", "sv-1")] * 10]) == {"same-two-people/often"}
    assert kinds([*others, *[("op-1", "sv-1")] * 9]) == set()
    assert kinds([("op-1", "sv-1")] * 12) == set()  # nobody else could have approved
    mixed = [("op-1", "sv-2")] * 4
    assert kinds([*others, *mixed, *[("op-1", "sv-1")] * 10]) == set()
    assert kinds([*others, *[("op-1", "sv-1")] * 10], reason="refused") == set()
    both = [("sv-1", "sv-2"), ("sv-2", "sv-1")]
    assert kinds(both * 4) == {"same-two-people/mutual"}
    assert kinds(both * 3) == set()
    assert kinds([("op-1", "sv-1")] * 5, seconds=15) == {"same-two-people/quick"}
    assert kinds([("op-1", "sv-1")] * 5, seconds=21) == set()


def exported(day: date, times: int) -> list[Access]:
    stated = {"action": "media.disc.make_image", "object_type": "disc", "actor": "op-1"}
    return [act(f"10:{number:02}", day, object_id=f"d-{day}-{number}", **stated) for number in range(times)]


def test_export_before_leaving() -> None:
    first, wednesdays = opened(day=days(90)[0]), [DAY - timedelta(weeks=number) for number in (8, 7)]
    usual = [access for day in wednesdays for access in exported(day, 4)]
    leaving = replace(ON_ROSTER, left_on=DAY + timedelta(days=14))
    assert found([first, *usual, *exported(DAY, 7)], leaving) >= {"export-before-leaving/more"}
    assert found([first, *usual, *exported(DAY, 6)], leaving) == {"export-before-leaving/usual"}
    assert found([first, *usual, *exported(DAY, 9)], ON_ROSTER) == set()
    late = replace(ON_ROSTER, roster_to=DAY + timedelta(days=31))
    assert found([first, *exported(DAY, 9)], late) == set()


def test_export_of_somebody_whose_leaving_becomes_known_later() -> None:
    memory, rule = Memory(), rules_on(DAY)["export-before-leaving"]
    accesses = numbered([opened(), *exported(DAY, 5)])
    at_once = [sign for one in judged(accesses, Facts(ACTS), memory) for sign in one.signs]
    assert not [sign for sign in at_once if sign.rule == rule.code]
    leaving = replace(ON_ROSTER, left_on=DAY + timedelta(days=3))
    known_now = leavers(Facts(ACTS, {"op-1": leaving}), DAY + timedelta(days=2))
    assert [sign.variant for sign in exports_of_leavers(rule, known_now, memory)] == ["more"]
    long_gone = replace(leaving, left_on=DAY + timedelta(days=31))
    assert list(exports_of_leavers(rule, [long_gone], memory)) == []


def room(
    *,
    entries: Sequence[Entry],
    accesses: Sequence[Access],
    has_log: bool = True,
    standings: Sequence[Standing] = (ON_ROSTER, OTHER),
) -> set[str]:
    day = RoomDay(DAY, entries, accesses, {one.staff_id: one for one in standings}, ACTS.registry, has_log)
    return {f"{sign.rule}/{sign.variant}" for sign in room_signs(day, rules_on(DAY))}


def test_registry_data_without_presence() -> None:
    came = door("09:00", "456")
    working = act("09:30", actor="op-2")
    assert room(entries=[door("09:00")], accesses=[act()]) == set()
    assert room(entries=[came], accesses=[working, act()]) == {"no-presence/absent"}
    assert room(entries=[], accesses=[act()]) == {"no-presence/empty-room"}
    left = [door("09:02"), door("09:50", inside=False)]
    assert room(entries=[*left, came], accesses=[working, act()]) == {"no-presence/absent"}
    assert room(entries=[*left], accesses=[act("09:52")]) == set()  # within the slack of the two clocks
    assert room(entries=[door("10:02")], accesses=[act()]) == set()
    assert room(entries=[door("10:04")], accesses=[act()]) == {"no-presence/empty-room"}
    assert room(entries=[], accesses=[act()], has_log=False) == {"no-presence/no-log"}
    unknown = replace(ON_ROSTER, door_user="")
    numberless = room(entries=[came], accesses=[working, act()], standings=(unknown, OTHER))
    assert numberless == {"no-presence/unknown-door-number"}
    assert room(entries=[came], accesses=[working, act(place="office")]) == set()
    assert room(entries=[came], accesses=[working, act(outcome="refused")]) == set()


def test_two_people_on_one_entry() -> None:
    came = door("09:55", "456")
    worked = [act("09:58", actor="op-2"), act()]
    assert room(entries=[came], accesses=worked) == {"no-presence/absent", "two-on-one-entry/followed"}
    early = [replace(worked[0], at=at("09:40")), worked[1]]
    assert room(entries=[door("09:39", "456")], accesses=early) == {"no-presence/absent"}
    same = [door("09:55:10"), door("09:55:40", "456")]
    assert room(entries=same, accesses=[*worked]) == {"two-on-one-entry/same-minute"}
    assert room(entries=[door("09:54:59"), came], accesses=[*worked]) == set()


def test_presence_without_duty() -> None:
    assert room(entries=[door("09:00", "999")], accesses=[]) == {"presence-without-duty/stranger"}
    gone = replace(ON_ROSTER, roster_to=DAY - timedelta(days=1))
    assert room(entries=[door("09:00")], accesses=[], standings=(gone,)) == {"presence-without-duty/off-roster"}
    assert room(entries=[door("09:00")], accesses=[]) == {"presence-without-duty/idle"}
    night = room(entries=[door("21:00")], accesses=[act("21:10")])
    assert night == {"presence-without-duty/night"}
    successor = replace(OTHER, door_user="123")
    assert room(entries=[door("09:00")], accesses=[act(actor="op-2")], standings=(gone, successor)) == set()


def test_gaps_in_the_log() -> None:
    (sign,) = gap_signs([Missing("matcher", 5, 9, at("10:00"))], rules_on(DAY)["log-gap"])
    assert (sign.about, sign.facts["amount"], sign.severity) == ("source:matcher", 5, "high")


def test_every_form_of_every_rule_can_be_told() -> None:
    for rule in all_rules():
        for variant, reason in rule.reasons.items():
            ja, en = sentences(rule.code, rule.version, variant, {"actor": "op-1"}, ("閲覧", "read"))
            assert reason.severity in ("low", "medium", "high")
            assert "{" not in ja + en
    assert sentences("gone", "gone-1", "x", {}, ("", "")) == ("gone/x", "gone/x")


def test_a_sentence_names_the_act_and_the_place_in_words() -> None:
    (sign,) = signs([opened(), act("10:00"), act("11:00", place="office")])
    ja, en = sentences(sign.rule, sign.version, sign.variant, sign.facts, ("閲覧", "read"))
    assert "執務室" in ja
    assert "the security room" in en
