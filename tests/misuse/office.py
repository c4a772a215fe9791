"""An office at ordinary work: who does what when, with the mishaps that every office has. Synthetic throughout."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from services.audit.domain.detections.facts import Access, Entry, Standing
from shared.calendar.business_days import add_business_days, is_business_day
from shared.calendar.clock import JST

ROOM: Final = "security_room"
A_CYCLE: Final = timedelta(days=24)
APPROVERS: Final = ("supervisor-1", "supervisor-2", "supervisor-3")


@dataclass
class Office:
    """What was done, who passed the door, who works here. `chance` makes the same year of the same seed."""

    begin: date
    end: date
    operators: int
    clerks: int
    chance: random.Random
    accesses: list[Access] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    away: dict[str, set[date]] = field(default_factory=dict)
    inside: set[tuple[str, date]] = field(default_factory=set)
    people: int = 0

    def __post_init__(self) -> None:
        teams = {"operator": self.operators, "clerk": self.clerks, "supervisor": 3, "auditor": 2}
        number = 100
        for team, count in teams.items():
            for at in range(1, count + 1):
                number += 1
                begun = self.begin - timedelta(days=self.chance.randrange(200, 2000))
                self.standings[f"{team}-{at}"] = Standing(
                    f"{team}-{at}", team, begun, pledged_on=begun, trained_on=self.begin, door_user=str(number)
                )

    @property
    def days(self) -> list[date]:
        """The business days of the time."""
        span = (self.end - self.begin).days + 1
        return [day for day in (self.begin + timedelta(days=n) for n in range(span)) if is_business_day(day)]

    def team(self, name: str) -> list[str]:
        """The people of a team."""
        return [who for who, standing in self.standings.items() if standing.team == name]

    def at_work(self, name: str, day: date) -> list[str]:
        """Those of them who are there that day."""
        return [who for who in self.team(name) if day not in self.away.get(who, ())]

    def person(self) -> str:
        """The pseudonym of somebody nobody has looked at yet."""
        self.people += 1
        return f"token-{self.people}"

    def act(self, actor: str, at: datetime, action: str, **stated: Any) -> Access:
        """Something a person does at their usual equipment."""
        team = self.standings[actor].team
        in_room = team == "operator"
        usual: dict[str, Any] = {
            "team": team,
            "equipment": f"{'jlis' if in_room else 'pc'}-{actor}",
            "place": ROOM if in_room else "office",
        }
        access = Access(index=0, at=at, actor=actor, action=action, **(usual | stated))
        self.accesses.append(access)
        return access

    def system(self, at: datetime, action: str, object_type: str, object_id: str, **stated: Any) -> None:
        """Something that the system does by itself."""
        usual: dict[str, Any] = {
            "actor_kind": "job",
            "object_type": object_type,
            "object_id": object_id,
            "subjects": 100,
        }
        self.accesses.append(Access(index=0, at=at, actor="jobs", action=action, **(usual | stated)))

    def review(self, actor: str, at: datetime, name: str, token: str, *, again: bool = False) -> None:
        """Take a review, look at both sides, decide it."""
        about: dict[str, Any] = {"object_type": "review", "object_id": name}
        read: dict[str, Any] = about | {"subjects": 1, "tokens": (token,), "purpose": "review", "case": name}
        if not again:
            self.act(actor, at, "matcher.review.take", **about)
        self.act(actor, at + timedelta(seconds=20), "matcher.review.read", **read)
        decided = about | {"subjects": 1, "tokens": (token,)}
        self.act(actor, at + timedelta(seconds=90), "matcher.review.decide", **decided)

    def pass_door(self, actor: str, at: datetime, *, inside: bool = True) -> None:
        """Touch the door of the room; doors count in minutes."""
        self.entries.append(Entry(at.replace(second=0), self.standings[actor].door_user, "10F", inside))
        self.inside.add((actor, at.astimezone(JST).date()))

    def approve(self, requester: str, approver: str, at: datetime, *, seconds: int) -> None:
        """Ask for a second person, and be told yes."""
        name = f"approval-{len(self.accesses)}"
        about: dict[str, Any] = {"object_type": "approval", "object_id": name}
        self.act(requester, at, "authority.approval.request", **about)
        later = at + timedelta(seconds=seconds)
        self.act(approver, later, "authority.approval.decide", reason="approved", **about)


def instant(day: date, hour: float) -> datetime:
    """A time of day in Japan, hours with fractions."""
    return datetime.combine(day, time(), JST) + timedelta(hours=hour)


def ordinary(office: Office) -> None:
    """All the ordinary work of the time, mishaps included."""
    _absences(office)
    _trainings(office)
    cutoffs = [day for day in _cutoffs(office) if day + A_CYCLE <= office.end]
    for day in office.days:
        _hours_of(office, day)
        _reception(office, day)
    for number, day in enumerate(cutoffs):
        _cycle(office, number, day)


def _absences(office: Office) -> None:
    for who in office.standings:
        begin = office.chance.choice(office.days)
        office.away[who] = {begin + timedelta(days=n) for n in range(office.chance.randrange(4, 12))}


def _trainings(office: Office) -> None:
    """The roster as it stands at the end of the time: everybody was trained in the middle of it."""
    for who, standing in office.standings.items():
        trained = office.begin + (office.end - office.begin) / 2
        office.standings[who] = replace(standing, trained_on=trained)


def _cutoffs(office: Office) -> Iterator[date]:
    for day in office.days:
        last = add_business_days(day, 1).month != day.month
        if (day.day >= 15 and add_business_days(day, -1).day < 15 and not last) or last:
            yield day


def _hours_of(office: Office, day: date) -> None:
    """Sign in, look around, sign out; a slip now and then; operators go in and out of the room."""
    chance = office.chance
    for who in office.standings:
        if day in office.away[who]:
            continue
        begin, end = chance.uniform(8.3, 9.3), chance.gauss(17.8, 0.6)
        office.act(who, instant(day, begin), "authority.session.open")
        office.act(who, instant(day, chance.uniform(begin, 17)), "matcher.batch.list")
        for _ in range(chance.choices((0, 1, 2, 3), (88, 9, 2, 1))[0]):
            slip = {"outcome": "refused", "reason": chance.choice(("purpose-required", "team-not-allowed"))}
            office.act(who, instant(day, chance.uniform(10, 10.4)), "matcher.review.list", **slip)
        office.act(who, instant(day, min(end, 19.9)), "authority.session.end")
        if office.standings[who].team == "operator":
            _in_and_out(office, who, day)


def _in_and_out(office: Office, who: str, day: date) -> None:
    chance = office.chance
    if chance.random() > 0.004:  # a forgotten card now and then
        office.pass_door(who, instant(day, chance.uniform(8.95, 9.4)))
    leaves = chance.uniform(11.8, 12.2)
    if chance.random() > 0.02:
        office.pass_door(who, instant(day, leaves), inside=False)
        office.pass_door(who, instant(day, leaves + chance.uniform(0.6, 0.95)))
    if chance.random() > 0.05:
        office.pass_door(who, instant(day, 21.2), inside=False)


def _reception(office: Office, day: date) -> None:
    chance = office.chance
    clerks = office.at_work("clerk", day)
    for number in range(chance.randrange(0, 4) if clerks else 0):
        who, name = chance.choice(clerks), f"reception-{day}-{number}"
        at = instant(day, chance.uniform(9.5, 16))
        office.act(who, at, "intake.reception.register", object_type="reception", object_id=name)
        read: dict[str, Any] = {"object_type": "reception", "object_id": name, "subjects": chance.randrange(5, 400)}
        read |= {"purpose": "intake-check", "case": name, "equipment": f"reader-{who}"}
        office.act(who, at + timedelta(minutes=5), "intake.media.read_in", **read)


def _cycle(office: Office, number: int, cutoff: date) -> None:
    """Close, hand over, take the answer, review for three days, release, make discs, deliver, tell the password."""
    batch = f"batch-{number}"
    office.system(instant(cutoff, 23.99), "matcher.batch.build", "batch", batch)
    day = add_business_days(cutoff, 1)
    lead = _one_of(office, "operator", day)
    office.approve(lead, _approver(office, day), instant(day, 9.6), seconds=office.chance.randrange(60, 3000))
    handed: dict[str, Any] = {"object_type": "batch", "object_id": batch, "subjects": 40_000}
    handed |= {"purpose": "jlis-exchange", "case": batch}
    office.act(lead, instant(day, 10.6), "matcher.batch.hand_over", **handed)
    office.act(lead, instant(add_business_days(day, 1), 13.5), "matcher.batch.store_answer", **handed)
    for later in (2, 3, 4):
        _reviews(office, batch, add_business_days(day, later), later)
    done = add_business_days(day, 5)
    office.approve(lead, _approver(office, done), instant(done, 10.1), seconds=office.chance.randrange(60, 3000))
    office.act(lead, instant(done, 11.2), "matcher.batch.release", object_type="batch", object_id=batch)
    _discs(office, batch, add_business_days(done, 1))


def _reviews(office: Office, batch: str, day: date, later: int) -> None:
    """Reviews come in a wave; some evenings they last until late, some are read a second time."""
    chance = office.chance
    wave = chance.lognormvariate(3.0, 0.35)
    for who in office.at_work("operator", day):
        amount = int(wave * chance.uniform(0.7, 1.3))
        late = chance.random() < 0.015
        for number in range(amount):
            hour = 13.25 + 6.4 * number / max(amount, 1) + (1.3 if late and number > amount - 4 else 0)
            name = f"review-{batch}-{later}-{who}-{number}"
            token = office.person()
            office.review(who, instant(day, hour), name, token)
            if chance.random() < 0.05:
                office.review(who, instant(day, hour + 0.05), name, token, again=True)


def _discs(office: Office, batch: str, day: date) -> None:
    for number in range(office.chance.randrange(2, 6)):
        who, disc = _one_of(office, "clerk", day), f"disc-{batch}-{number}"
        office.system(instant(day, 8.5), "media.disc.plan", "disc", disc)
        about: dict[str, Any] = {"object_type": "disc", "object_id": disc, "case": disc, "purpose": "media-production"}
        at = instant(day, office.chance.uniform(10, 16))
        for minutes, action in enumerate(("media.disc.make_image", "media.disc.read_image", "media.disc.label")):
            office.act(who, at + timedelta(minutes=7 * minutes), action, subjects=300, **about)
        arrived = instant(add_business_days(day, 2), 11)
        note: dict[str, Any] = {"actor_kind": "service", "subjects": 0}
        office.system(arrived, "audit.event.note", "media.disc.delivered.v1", disc, **note)
        told = add_business_days(day, office.chance.randrange(3, 9))
        office.act(_one_of(office, "clerk", told), instant(told, 14), "media.disc.password", subjects=300, **about)


def _one_of(office: Office, team: str, day: date) -> str:
    return office.chance.choice(office.at_work(team, day) or office.team(team))


def _approver(office: Office, day: date) -> str:
    """Each approves about as often as the others."""
    return office.chance.choice(office.at_work("supervisor", day) or list(APPROVERS))
