"""Misuse of every kind that the detections look for, each in several strengths, put among ordinary work.

Strengths are told as somebody would do it, not as a rule counts it: some of the weak ones no rule can see.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from services.audit.domain.detections.facts import Entry, Missing, Standing
from shared.calendar.business_days import add_business_days
from tests.misuse.office import Office, instant


@dataclass(frozen=True, slots=True)
class Planted:
    """What was done, by whom (as a case would say it), on which days."""

    rule: str
    strength: str
    about: str
    first: date
    last: date


@dataclass
class Plot:
    """One deed: who does it on which day, and what is put down of it."""

    office: Office
    day: date
    who: str
    ties: dict[str, frozenset[str]]
    missing: list[Missing]
    about: str = ""
    span: int = 0

    def read(self, hour: float, *, day: date | None = None, token: str = "", **stated: Any) -> None:
        """Look at somebody's data, with a review of one's own as the case."""
        name = f"deed-{self.office.people}-{len(self.office.accesses)}"
        at = instant(day or self.day, hour)
        about: dict[str, Any] = {"object_type": "review", "object_id": name}
        self.office.act(self.who, at - timedelta(seconds=30), "matcher.review.take", **about)
        read = about | {"subjects": 1, "tokens": (token or self.office.person(),), "purpose": "review", "case": name}
        self.office.act(self.who, at, "matcher.review.read", **(read | stated))

    def export(self, day: date, hour: float, number: int) -> None:
        """Make a disc's image."""
        disc = f"deed-disc-{self.who}-{day}-{number}"
        self.office.system(instant(day, 8.4), "media.disc.plan", "disc", disc)
        about: dict[str, Any] = {"object_type": "disc", "object_id": disc, "case": disc, "purpose": "media-production"}
        self.office.act(self.who, instant(day, hour), "media.disc.make_image", subjects=300, **about)

    def become(self, **changes: Any) -> None:
        """Somebody new on the roster, who is otherwise as they should be."""
        team = self.office.standings[self.who].team
        number = 1 + sum(one.startswith("new-") for one in self.office.standings)
        usual = Standing(f"new-{number}", team, self.office.begin - timedelta(days=400), door_user=f"9{number:03}")
        usual = replace(usual, pledged_on=self.office.begin, trained_on=self.office.begin)
        self.who = usual.staff_id
        self.office.standings[self.who] = replace(usual, **changes)
        self.office.away[self.who] = set(self.office.days)

    def in_room(self, hour: float, *, after: float = 12) -> None:
        """Go into the room before the deed, so that nothing but the deed is odd."""
        self.office.pass_door(self.who, instant(self.day, hour))
        self.office.pass_door(self.who, instant(self.day, hour + after), inside=False)


Deed = Callable[[Plot], None]


def _hours(hour: float, times: int) -> Deed:
    def deed(plot: Plot) -> None:
        for number in range(times):
            plot.read(hour + number * 0.03)

    return deed


def _sunday(plot: Plot) -> None:
    plot.day += timedelta(days=6 - plot.day.weekday())
    plot.in_room(9.9)
    for number in range(20):
        plot.read(10 + number * 0.03)


def _early(plot: Plot) -> None:
    plot.become()
    plot.in_room(10.0)
    plot.read(10.0 - 10 / 60)


def _absent(plot: Plot) -> None:
    plot.become()
    plot.read(14.5)
    plot.read(14.8)


def _empty_room(plot: Plot) -> None:
    plot.become()
    plot.read(8.3)


def _idle(plot: Plot) -> None:
    plot.become()
    plot.in_room(15.0, after=0.5)


def _evening_visit(plot: Plot) -> None:
    plot.in_room(21.5, after=0.5)


def _stranger(plot: Plot) -> None:
    plot.about = f"door-user:5{plot.office.people % 1000:03}"
    user = plot.about.partition(":")[2]
    plot.office.entries.append(Entry(instant(plot.day, 15), user, "10F"))


def _follow(minutes: int) -> Deed:
    def deed(plot: Plot) -> None:
        leader = plot.who
        plot.become()
        plot.office.pass_door(leader, instant(plot.day, 15.3))
        plot.read(15.3 + minutes / 60)

    return deed


def _gone(days: int, action: str) -> Deed:
    def deed(plot: Plot) -> None:
        plot.become(roster_to=plot.day - timedelta(days=days))
        plot.in_room(9.0)
        if action == "read":
            plot.read(10.5)
        else:
            plot.office.act(plot.who, instant(plot.day, 10.5), action)

    return deed


def _untrained(days: int) -> Deed:
    def deed(plot: Plot) -> None:
        trained = plot.day.replace(year=plot.day.year - 1, day=min(plot.day.day, 28)) - timedelta(days=days)
        plot.become(trained_on=trained)
        plot.in_room(9.0)
        plot.read(10.5)

    return deed


def _unpledged(plot: Plot) -> None:
    plot.become(pledged_on=None)
    plot.in_room(9.0)
    plot.read(10.5)


def _bulk(times: float) -> Deed:
    def deed(plot: Plot) -> None:
        for number in range(int(28 * times)):
            plot.read(13.05 + 6.5 * number / (28 * times))

    return deed


def _refused(times: int, minutes: float) -> Deed:
    def deed(plot: Plot) -> None:
        for number in range(times):
            at = instant(plot.day, 11 + minutes / 60 * number / times)
            plot.office.act(plot.who, at, "intake.plan.end_contract", outcome="refused", reason="team-not-allowed")

    return deed


def _ended_case(hours: int) -> Deed:
    def deed(plot: Plot) -> None:
        case, ended = f"request-{plot.office.people}", instant(plot.day, 14) - timedelta(hours=hours)
        portal: dict[str, Any] = {"actor_kind": "client", "subjects": 100}
        plot.office.system(ended - timedelta(days=2), "intake.request.register", "request", case, **portal)
        plot.office.system(ended, "intake.request.withdraw", "request", case, **portal)
        plot.read(14, case=case)

    return deed


def _invented_case(plot: Plot) -> None:
    plot.read(14, case=f"request-that-is-not-{plot.office.people}")


def _same_person(days: int, times: int, apart: int) -> Deed:
    def deed(plot: Plot) -> None:
        token, plot.span = plot.office.person(), days * apart
        for number in range(days):
            for turn in range(times):
                plot.read(14 + turn * 0.2, day=add_business_days(plot.day, number * apart), token=token)

    return deed


def _awake(days: int) -> Deed:
    def deed(plot: Plot) -> None:
        plot.become()
        plot.office.act(plot.who, instant(plot.day - timedelta(days=days), 10), "matcher.batch.list")
        plot.office.act(plot.who, instant(plot.day, 10), "matcher.batch.list")

    return deed


def _tied(tie: str) -> Deed:
    def deed(plot: Plot) -> None:
        token = plot.office.person()
        if tie != "undeclared":
            owner = plot.who if tie == "own" else plot.office.team("clerk")[0]
            plot.ties[token] = frozenset({owner})
        plot.read(14, token=token)

    return deed


def _after_delivery(days: int) -> Deed:
    def deed(plot: Plot) -> None:
        case, arrived = f"request-{plot.office.people}", instant(plot.day - timedelta(days=days), 10)
        portal: dict[str, Any] = {"actor_kind": "client", "subjects": 100}
        plot.office.system(arrived - timedelta(days=9), "intake.request.register", "request", case, **portal)
        plot.office.system(arrived, "media.package.receive", "reply", f"reply-{case}", case=case, **portal)
        plot.read(14, case=case)

    return deed


def _approvals(of: int, by_friend: int) -> Deed:
    def deed(plot: Plot) -> None:
        friend, others = "supervisor-1", ("supervisor-2", "supervisor-3")
        plot.become()
        plot.about, plot.span = f"staff:{friend}", of * 3
        for number in range(of):
            approver = friend if number < by_friend else others[number % 2]
            day = add_business_days(plot.day, 2 * number)
            plot.office.approve(plot.who, approver, instant(day, 11), seconds=300)

    return deed


def _mutual(plot: Plot) -> None:
    first, second = "supervisor-1", "supervisor-2"
    plot.about, plot.span = f"staff:{first}", 30
    for number in range(6):
        day = add_business_days(plot.day, 2 * number)
        plot.office.approve(first, second, instant(day, 11), seconds=300)
        plot.office.approve(second, first, instant(day, 12), seconds=300)


def _elsewhere(seconds: int) -> Deed:
    def deed(plot: Plot) -> None:
        plot.read(15)
        at = instant(plot.day, 15) + timedelta(seconds=seconds)
        plot.office.act(plot.who, at, "matcher.batch.list", equipment="pc-of-another", place="office")

    return deed


def _moved(plot: Plot) -> None:
    plot.read(15)
    plot.read(15.5, place="office")


def _leave(amount: int, before: int) -> Deed:
    def deed(plot: Plot) -> None:
        plot.who = plot.office.team("clerk")[0]
        plot.become(left_on=plot.day + timedelta(days=before))
        for week in (8, 7, 6):
            for number in range(4):
                plot.export(add_business_days(plot.day, -5 * week), 10 + number * 0.2, number)
        for number in range(amount):
            plot.export(plot.day, 10 + number * 0.1, number)

    return deed


def _lost(records: int) -> Deed:
    def deed(plot: Plot) -> None:
        first = 1000 * (len(plot.missing) + 1)
        plot.about = "source:matcher"
        plot.missing.append(Missing("matcher", first, first + records - 1, instant(plot.day, 12)))

    return deed


DEEDS: Final[Mapping[str, Sequence[tuple[str, Deed]]]] = {
    "off-hours": (("weak", _hours(20.2, 1)), ("middling", _hours(22, 5)), ("strong", _sunday)),
    "no-presence": (("weak", _early), ("middling", _absent), ("strong", _empty_room)),
    "presence-without-duty": (("weak", _idle), ("middling", _evening_visit), ("strong", _stranger)),
    "two-on-one-entry": (("weak", _follow(20)), ("middling", _follow(8)), ("strong", _follow(1))),
    "not-on-roster": (("weak", _gone(1, "matcher.batch.list")), ("strong", _gone(7, "read"))),
    "pledge-or-training": (("weak", _untrained(5)), ("middling", _untrained(60)), ("strong", _unpledged)),
    "bulk-reading": (("weak", _bulk(1.6)), ("middling", _bulk(3)), ("strong", _bulk(8))),
    "repeated-refusals": (("weak", _refused(4, 25)), ("middling", _refused(6, 20)), ("strong", _refused(25, 10))),
    "purpose-without-case": (("weak", _ended_case(30)), ("middling", _ended_case(480)), ("strong", _invented_case)),
    "same-person-again": (
        ("weak", _same_person(3, 1, 5)),
        ("middling", _same_person(5, 1, 5)),
        ("strong", _same_person(4, 3, 1)),
    ),
    "dormant-account": (("weak", _awake(45)), ("middling", _awake(75)), ("strong", _awake(150))),
    "own-or-colleague": (("weak", _tied("undeclared")), ("middling", _tied("colleague")), ("strong", _tied("own"))),
    "after-delivery": (("weak", _after_delivery(2)), ("middling", _after_delivery(6)), ("strong", _after_delivery(60))),
    "same-two-people": (("weak", _approvals(12, 7)), ("middling", _approvals(14, 12)), ("strong", _mutual)),
    "two-places": (("weak", _elsewhere(70)), ("middling", _elsewhere(30)), ("strong", _moved)),
    "export-before-leaving": (("weak", _leave(5, 25)), ("middling", _leave(8, 20)), ("strong", _leave(24, 4))),
    "log-gap": (("weak", _lost(1)), ("strong", _lost(50))),
}


def plant(office: Office, times: int) -> tuple[list[Planted], dict[str, frozenset[str]], list[Missing]]:
    """Every deed so many times, on days and by people that chance chooses; what is planted, ties, missing records."""
    ties: dict[str, frozenset[str]] = {}
    missing: list[Missing] = []
    planted = []
    margin = min(60, len(office.days) // 3)
    for rule, deeds in DEEDS.items():
        for strength, deed in deeds:
            for _ in range(times):
                day = office.chance.choice(office.days[margin:-margin])
                present = [who for who in office.at_work("operator", day) if (who, day) in office.inside]
                plot = Plot(office, day, office.chance.choice(present), ties, missing)
                deed(plot)
                last = plot.day + timedelta(days=plot.span * 2)
                planted.append(Planted(rule, strength, plot.about or f"staff:{plot.who}", plot.day, last))
    return planted, ties, missing
