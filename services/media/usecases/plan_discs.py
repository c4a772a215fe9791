"""Plans the discs of a cycle: one set for each plan and kind group, once all its replies are there."""

from itertools import groupby

from services.media.domain.numbers import disc_number
from services.media.storage.discs import next_position
from services.media.storage.replies import is_waiting_for_more, unplanned_disc_replies
from services.media.storage.tables import Disc, DiscStep, Reply
from shared.db import Work
from shared.ids import new_id
from shared.trail import Access, Actor


def plan_discs(work: Work, cycle: str) -> None:
    """Plans what can be planned. Called after every arrival; planning twice changes nothing."""
    unplanned = sorted(unplanned_disc_replies(work.session, cycle), key=_envelope)
    for (plan_number, group), replies in groupby(unplanned, key=_envelope):
        if not is_waiting_for_more(work.session, cycle, plan_number, group):
            _plan(work, list(replies))


def add_disc(
    work: Work, like: Reply | Disc, disc_set: str, *, position: int, volume: int, volumes: int, replaces: str = ""
) -> Disc:
    """A planned disc: a volume of the cycle's `position`-th set."""
    disc = Disc(
        id=new_id(),
        number=disc_number(like.cycle, position, volume),
        disc_set=disc_set,
        plan_number=like.plan_number,
        plan_name=like.plan_name,
        plan_address=like.plan_address,
        cycle=like.cycle,
        kind_group=like.kind_group,
        volume=volume,
        volumes=volumes,
        state="planned",
        made_at=work.now,
        replaces=replaces,
    )
    work.session.add(disc)
    work.session.flush()
    return disc


def note_step(work: Work, disc: Disc, actor: Actor) -> None:
    """Adds the disc's present state to its life."""
    step = DiscStep(id=new_id(), disc_id=disc.id, state=disc.state, at=work.now, recorded_at=work.now, actor=actor.id)
    work.session.add(step)


def _plan(work: Work, replies: list[Reply]) -> None:
    disc_set = new_id()
    for reply in replies:
        reply.disc_set = disc_set
        work.session.add(reply)
    position = next_position(work.session, replies[0].cycle)
    disc = add_disc(work, replies[0], disc_set, position=position, volume=1, volumes=1)
    actor = Actor.job("media.discs")
    note_step(work, disc, actor)
    subjects = sum(reply.records for reply in replies)
    work.record(Access(actor, "media.disc.plan", "disc", disc.id, subjects=subjects, case=disc.cycle))


def _envelope(reply: Reply) -> tuple[str, str]:
    return reply.plan_number, reply.kind_group
