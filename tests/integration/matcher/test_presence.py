"""Registry data are read in the security room only: by the door's live feed where it lives, by a mark where not."""

from datetime import datetime, timedelta

import orjson
import pytest
from sqlalchemy import select

from services.matcher.app import create_service
from services.matcher.settings import MatcherSettings
from shared.auth.caller import Caller
from shared.auth.presence import UNCONFIRMED
from shared.events.audit import RoomPresence
from shared.hosting import Service
from shared.hosting.house_events import keep_presence
from tests.integration.conftest import Host, staff

READS = "/matcher/v1/batches/no-such-batch/deaths"
WHY = {"purpose": "review", "case": "no-such-batch"}


async def tell(matcher: Service, at: datetime, *inside: str) -> None:
    told = RoomPresence(room="security_room", as_of=at, inside=inside)
    await matcher.parts.db.write(await keep_presence(matcher.parts, told))


async def answer_of(host: Host) -> str:
    person = staff("operator", "jlis_terminal", "security_room")
    async with host.client("matcher", person, **WHY) as http:
        return str((await http.get(READS)).json()["code"])


@pytest.mark.asyncio
async def test_while_the_feed_lives_only_who_is_inside_may_act(host: Host) -> None:
    matcher = create_service(MatcherSettings(), host.kit)
    await host.start(matcher)
    now = host.clock.now()
    assert await answer_of(host) == "not-found"
    await tell(matcher, now, "somebody-else")
    assert await answer_of(host) == "not-in-room"
    trail = matcher.parts.db.plumbing.trail
    bodies = select(trail.c.body).order_by(trail.c.sequence.desc())
    body = matcher.parts.db.read_now(lambda session: session.connection().execute(bodies).scalars().first()) or b""
    assert (orjson.loads(body)["outcome"], orjson.loads(body)["reason"]) == ("refused", "not-in-room")
    await tell(matcher, now + timedelta(seconds=1), "operator-1")
    await tell(matcher, now, "somebody-else")  # comes late: changes nothing
    assert await answer_of(host) == "not-found"
    await tell(matcher, now + timedelta(seconds=2))
    assert await answer_of(host) == "not-in-room"
    host.clock.set(now + timedelta(minutes=5))
    assert await answer_of(host) == "not-found"


def test_the_mark_stands_beside_a_records_own_reason() -> None:
    caller = Caller(staff("operator"), mark=UNCONFIRMED)
    assert caller.access("matcher.review.read", "review", "r").reason == UNCONFIRMED
    assert caller.access("matcher.review.read", "review", "r", reason="10").reason == f"10;{UNCONFIRMED}"
