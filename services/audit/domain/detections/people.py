"""Detections about who: the duty roster, pledge and training, own and colleagues' records."""

from collections.abc import Iterator

from services.audit.domain.detections.look import Look, Sign
from shared.calendar.retention import add_months


def not_on_roster(look: Look) -> Iterator[Sign]:
    """A person acts who does not stand on the roster that day. Silent where no roster is known at all."""
    access, standings = look.access, look.facts.standings
    if not standings or not access.by_person or access.outcome != "done":
        return
    standing = standings.get(access.actor)
    if standing is None or not standing.in_force(access.day):
        yield look.sign("data" if look.personal else "other", access.actor, access.day.isoformat())


def pledge_or_training(look: Look) -> Iterator[Sign]:
    """A person handles data without a pledge, or without training within the last months."""
    access = look.access
    standing = look.facts.standings.get(access.actor)
    if standing is None or not look.personal:
        return
    day = access.day.isoformat()
    if standing.pledged_on is None or standing.pledged_on > access.day:
        yield look.sign("pledge", access.actor, day)
    months = int(look.parameter("training_months"))
    if standing.trained_on is None:
        yield look.sign("never-trained", access.actor, day)
    elif add_months(standing.trained_on, months) < access.day:
        yield look.sign("training", access.actor, day, trained_on=standing.trained_on.isoformat(), months=months)


def own_or_colleague(look: Look) -> Iterator[Sign]:
    """A person handles the record of somebody who is declared to be them, theirs, or a colleague or theirs."""
    access = look.access
    if not look.personal:
        return
    for token in access.tokens:
        tied = look.facts.ties.get(token, frozenset())
        if access.actor in tied:
            yield look.sign("own", access.actor, token)
        elif tied:
            yield look.sign("colleague", access.actor, token, colleague=min(tied))
