"""An inbox shared by several processes: each effect once, in order per subject, whoever dies or stands still."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic, sleep, time
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text, update

from shared.bus import Inbox, claims
from shared.bus import inbox as inbox_of
from shared.calendar.clock import SystemClock
from shared.db import Database, Work
from shared.events import Envelope
from shared.events.authority import StaffChanged
from tests.integration.db import actors
from tests.integration.db.conftest import Start
from tests.integration.db.ground import EFFECT, PLUMBING, applied, events, left
from tests.integration.db.processes import Actor, soon

TABLE = PLUMBING.inbox


def put(database: Database, made: list[tuple[Envelope, bytes]]) -> None:
    """Into the inbox, in this order."""
    now = SystemClock().now()
    rows = [
        {"event_id": one.id, "type": one.type, "subject": one.subject, "body": body, "next_at": now, "received_at": now}
        for one, body in made
    ]
    database.write_now(lambda work: work.session.connection().execute(TABLE.insert(), rows) and None)


def done(database: Database, count: int) -> Callable[[], bool]:
    return lambda: database.read_now(left).get("done", 0) == count


def in_order(database: Database, subjects: int, each: int) -> bool:
    """Each effect once, and those of each subject one after another."""
    found: dict[str, list[int]] = defaultdict(list)
    for subject, number in database.read_now(applied):
        found[subject].append(number)
    return found == {f"s{subject}": list(range(each)) for subject in range(subjects)}


def who(database: Database) -> Counter[str]:
    """Who applied how many."""
    wanted = select(EFFECT.c.by)
    return Counter(database.read_now(lambda session: session.connection().execute(wanted).scalars().all()))


def heard(actor: Actor, what: str) -> tuple[str, float]:
    """The next time that it says so; about which event, and when."""
    while True:
        _, said, key, at = actor.hear()
        if said == what:
            return key, at


def test_several_processes_apply_everything_once_in_order_and_side_by_side(
    url: str, database: Database, start: Start
) -> None:
    everyone = [start(actors.works, url, f"w{at}", {"seconds": {"": 0.01}}) for at in range(3)]
    for actor in everyone:
        heard(actor, "ready")
    put(database, events(12, 10))
    soon(done(database, 120), "all to be handled")
    assert in_order(database, 12, 10)
    assert len(who(database)) > 1


def test_killed_at_random_they_leave_no_trace_in_the_result(url: str, database: Database, start: Start) -> None:
    """Some die by themselves at a bad place, some by kill -9; what they had claimed is taken over after the lease."""
    put(database, events(10, 10))
    places = ["inbox.claimed=kill:7", "inbox.prepared=kill:5", "commit.before=kill:9", "commit.after=kill:9"]
    plans = [{"failpoints": place, "lease": 2, "renew": 0.5, "seconds": {"": 0.005}} for place in places]
    everyone = [start(actors.works, url, f"w{at}", plan) for at, plan in enumerate(plans)]
    finish = done(database, 100)
    until, died = monotonic() + 90, 0
    while not finish():
        assert monotonic() < until
        sleep(0.3)
        for at, actor in enumerate(everyone):
            ended = actor.ended(0) is not None
            if ended or random.random() < 0.1:
                with suppress(ProcessLookupError):
                    actor.kill()
                died += 1
                everyone[at] = start(actors.works, url, f"again{died}", {"lease": 2, "renew": 0.5})
    assert died >= 4 or len(who(database)) > 1
    assert in_order(database, 10, 10)


def test_a_killed_process_is_replaced_within_the_lease(url: str, database: Database, start: Start) -> None:
    put(database, events(1, 2))
    plan = {"lease": 2, "renew": 0.5, "tells": True}
    first = start(actors.works, url, "first", {**plan, "seconds": {"": 60}})
    heard(first, "begins")
    second = start(actors.works, url, "second", plan)
    heard(second, "ready")
    killed = time()
    first.kill()
    _, at = heard(second, "begins")
    assert 0 < at - killed < 2 + 20
    soon(done(database, 2), "both")
    assert who(database) == {"second": 2}


def test_who_takes_longer_than_the_lease_keeps_its_claim(url: str, database: Database, start: Start) -> None:
    put(database, events(1, 1))
    plan = {"lease": 2, "renew": 0.4, "tells": True}
    slow = start(actors.works, url, "slow", {**plan, "seconds": {"": 5}})
    heard(slow, "begins")
    other = start(actors.works, url, "other", plan)
    heard(other, "ready")
    soon(done(database, 1), "the slow one")
    assert who(database) == {"slow": 1}
    assert not other.line.poll(0)


def test_who_stands_still_longer_than_the_lease_loses_its_claim_and_its_late_effect_is_not_applied(
    url: str, database: Database, start: Start
) -> None:
    put(database, events(1, 1))
    plan = {"lease": 1.5, "renew": 0.4, "tells": True}
    slow = start(actors.works, url, "slow", {**plan, "seconds": {"": 0.5}})
    heard(slow, "begins")
    slow.stop()
    other = start(actors.works, url, "other", plan)
    soon(done(database, 1), "the other one")
    slow.resume()
    put(database, events(1, 5))
    soon(done(database, 6), "the rest")
    assert who(database)["other"] >= 1
    rows = database.read_now(applied)
    assert rows.count(("s0", 0)) == 2
    assert other.pid != slow.pid
    by = select(EFFECT.c.by).order_by(EFFECT.c.position).limit(1)
    assert database.read_now(lambda session: session.connection().execute(by).scalar()) == "other"


def test_who_is_told_to_stop_finishes_what_runs_and_gives_the_rest_back_at_once(
    url: str, database: Database, start: Start
) -> None:
    put(database, events(2, 1))
    plan = {"lease": 60, "tells": True}
    ends = start(actors.works, url, "ends", {**plan, "seconds": {"s0": 1.5, "s1": 600}, "drain": 3})
    heard(ends, "begins")
    heard(ends, "begins")
    ends.terminate()
    sleep(0.3)
    other = start(actors.works, url, "other", plan)
    assert heard(other, "begins")[0] == "s1/0"
    soon(done(database, 2), "both")
    assert who(database) == {"ends": 1, "other": 1}
    assert ends.ended() == 0


def test_while_it_stops_it_goes_on_renewing(url: str, database: Database, start: Start) -> None:
    put(database, events(1, 1))
    plan = {"lease": 1.5, "renew": 0.4, "tells": True}
    ends = start(actors.works, url, "ends", {**plan, "seconds": {"": 5}})
    heard(ends, "begins")
    ends.terminate()
    other = start(actors.works, url, "other", plan)
    heard(other, "ready")
    soon(done(database, 1), "it to finish")
    assert who(database) == {"ends": 1}
    assert not other.line.poll(0)


def test_light_events_and_heavy_ones_are_handled_by_different_processes_in_one_order(
    url: str, database: Database, start: Start
) -> None:
    """A light event waits behind a heavy one of its subject, although its process could handle it."""
    made = events(2, 3)
    put(database, made)
    heavy = [made[0][0].id, made[2][0].id]
    change = update(TABLE).where(TABLE.c.event_id.in_(heavy)).values(type="heavy")
    database.write_now(lambda work: work.session.connection().execute(change) and None)
    start(actors.works, url, "light", {"takes": [StaffChanged.TYPE]})
    soon(done(database, 3), "the other subject")
    sleep(1)
    assert database.read_now(left) == {"done": 3, "pending": 3}
    start(actors.works, url, "heavy", {"takes": ["heavy"]})
    soon(done(database, 6), "all")
    assert set(who(database)) == {"light", "heavy"}
    assert in_order(database, 2, 3)


async def drained(inbox: Inbox, database: Database) -> None:
    """Handle all that is due right now."""
    while await inbox.start_due():
        await inbox.drain(60)


async def test_failures_wait_longer_and_longer_and_the_eighth_is_the_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(parts: Any, event: StaffChanged) -> None:
        if event.change == "0":
            raise OSError

    waits: list[timedelta] = []
    real = inbox_of.delay_after

    def no_delay(attempts: int) -> timedelta:
        waits.append(real(attempts))
        return timedelta()

    monkeypatch.setattr(inbox_of, "delay_after", no_delay)
    inbox = Inbox(database, None, {StaffChanged: fails})
    put(database, events(1, 2))
    first = select(TABLE).order_by(TABLE.c.position).limit(1)
    for attempts in range(1, 8):
        assert await inbox.start_due() == 1
        await inbox.drain(60)
        row = database.read_now(lambda session: session.connection().execute(first).one())
        assert (row.status, row.attempts, row.claimed_by) == ("pending", attempts, "")
        assert database.read_now(left) == {"pending": 2}
    await drained(inbox, database)
    assert database.read_now(left) == {"parked": 1, "done": 1}
    assert waits == sorted(waits)
    assert timedelta(seconds=0.3) < waits[0] < timedelta(seconds=0.5)
    assert waits[6] > timedelta(seconds=20)


async def test_an_event_waits_behind_one_of_its_subject_that_is_tried_again_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor = {"s0"}

    async def fails(parts: Any, event: StaffChanged) -> Any:
        if event.staff_id in poor:
            raise OSError
        return lambda work: actors.note(work, event, "here")

    inbox = Inbox(database, None, {StaffChanged: fails})
    monkeypatch.setattr(inbox_of, "delay_after", lambda attempts: timedelta(seconds=1))
    put(database, events(2, 3))
    await drained(inbox, database)
    assert database.read_now(left) == {"pending": 3, "done": 3}
    poor.clear()
    while database.read_now(left) != {"done": 6}:
        await drained(inbox, database)
    assert in_order(database, 2, 3)


async def test_an_effect_that_fails_undoes_none_of_those_that_are_committed_with_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All eight are prepared at once; two effects fail, one of them only in the database."""
    together = asyncio.Event()
    begun: list[str] = []

    async def handler(parts: Any, event: StaffChanged) -> Callable[[Work], None]:
        begun.append(event.staff_id)
        if len(begun) == 8:
            together.set()
        await asyncio.wait_for(together.wait(), 60)

        def effect(work: Work) -> None:
            actors.note(work, event, "here")
            if event.staff_id == "s3":
                raise ArithmeticError
            if event.staff_id == "s5":
                work.session.connection().execute(text("SELECT 1 / 0"))

        return effect

    monkeypatch.setattr(inbox_of, "delay_after", lambda attempts: timedelta(hours=1))
    put(database, events(8, 1))
    inbox = Inbox(database, None, {StaffChanged: handler}, concurrency=8)
    assert await inbox.start_due() == 8
    await inbox.drain(60)
    assert sorted(subject for subject, _ in database.read_now(applied)) == ["s0", "s1", "s2", "s4", "s6", "s7"]
    assert database.read_now(left) == {"done": 6, "pending": 2}
    wanted = select(TABLE.c.attempts).where(TABLE.c.status == "pending")
    assert database.read_now(lambda session: session.connection().execute(wanted).scalars().all()) == [1, 1]


async def test_who_is_cancelled_while_effects_are_committed_holds_up_nobody(database: Database) -> None:
    async def handler(parts: Any, event: StaffChanged) -> Callable[[Work], None]:
        return lambda work: actors.note(work, event, "here")

    put(database, events(4, 3))
    inbox = Inbox(database, None, {StaffChanged: handler})
    await inbox.start_due()
    await asyncio.sleep(0)
    await inbox.drain(0)
    other = Inbox(database, None, {StaffChanged: handler})
    while database.read_now(left) != {"done": 12}:
        await drained(other, database)
    assert in_order(database, 4, 3)


async def test_one_long_queue_hides_nobody(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first event of a subject waits for its next attempt, and hundreds of its own wait behind it."""

    async def fails(parts: Any, event: StaffChanged) -> Any:
        if event.staff_id == "s0":
            raise OSError
        return None

    monkeypatch.setattr(inbox_of, "delay_after", lambda attempts: timedelta(hours=1))
    monkeypatch.setattr(claims, "LOOK_AT_ONCE", 20)
    put(database, [*events(1, 200), events(2, 1)[1]])
    inbox = Inbox(database, None, {StaffChanged: fails}, concurrency=1)
    await drained(inbox, database)
    assert database.read_now(left) == {"pending": 200, "done": 1}


async def test_what_was_put_back_for_later_meanwhile_is_not_claimed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, events(1, 1))

    def later(work: Work) -> None:
        work.session.connection().execute(update(TABLE).values(next_at=SystemClock().now() + timedelta(hours=1)))

    real = claims.Claims._candidates

    def candidates(self: Any, *arguments: Any) -> list[int]:
        found = real(self, *arguments)
        database.write_now(later)
        return found

    monkeypatch.setattr(claims.Claims, "_candidates", candidates)
    inbox = Inbox(database, None, {})
    assert await inbox.start_due() == 0


async def test_a_commit_that_nobody_knows_of_does_not_bring_an_event_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The effect was committed, the answer was lost: the failure that follows changes nothing."""

    async def handler(parts: Any, event: StaffChanged) -> Any:
        return lambda work: actors.note(work, event, "here")

    put(database, events(1, 1))
    inbox = Inbox(database, None, {StaffChanged: handler})
    real = inbox._handle_row

    async def lost(row: Any) -> None:
        await real(row)
        raise OSError

    monkeypatch.setattr(inbox, "_handle_row", lost)
    await drained(inbox, database)
    assert database.read_now(left) == {"done": 1}
    assert database.read_now(applied) == [("s0", 0)]


def test_others_hear_of_an_event_at_once_and_look_by_themselves_where_the_line_is_cut(
    url: str, database: Database, start: Start
) -> None:
    hears = start(actors.hears, url, 1)
    assert hears.hear() == "ready"
    sleep(1.5)
    times = [_once(database, hears, at) for at in range(10)]
    with psycopg.connect(url, autocommit=True) as admin:
        ears = "datname = current_database() AND query LIKE 'LISTEN%'"
        admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ears}".encode())
        assert _once(database, hears, 100) < 20
    # A busy machine may make a few of them late; all at once would mean that nobody was woken.
    assert sorted(times)[2] < inbox_of.LOOK_SECONDS


def _once(database: Database, hears: Actor, at: int) -> float:
    made = events(1, 1)
    row = {
        "event_id": made[0][0].id,
        "type": StaffChanged.TYPE,
        "subject": f"t{at}",
        "body": made[0][1],
        "next_at": SystemClock().now(),
        "received_at": SystemClock().now(),
    }

    def commit(work: Work) -> None:
        work.session.connection().execute(TABLE.insert().values(row))
        work.wake(inbox_of.INBOX)

    database.write_now(commit)
    committed = time()
    subject, handled = hears.hear()
    assert subject == f"t{at}"
    return float(handled) - committed
