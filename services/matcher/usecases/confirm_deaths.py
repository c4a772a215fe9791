"""New deaths of a batch: listed without names, and confirmed by a person who is not the one that releases."""

from typing import Any, Final

from sqlmodel import Session

from services.matcher.domain.batch import Act, after
from services.matcher.domain.deaths import conflict_words
from services.matcher.domain.items.judgement import reasons
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of
from services.matcher.storage.deaths import confirmation_of, deaths_of, deaths_waiting
from services.matcher.storage.tables import Batch
from services.matcher.storage.told_tables import DeathConfirmation, DeathFound
from services.matcher.usecases.watch_deaths import KEY
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.matcher import DeathsConfirmed
from shared.http import Once
from shared.refusals import Refusal

LIST: Final = "matcher.death.list"
CONFIRM: Final = "matcher.death.confirm"
REASON_PLACE: Final = "death_confirmation.reason"


async def list_deaths(
    parts: MatcherParts, caller: Caller, batch_id: str, *, after_seq: int, limit: int
) -> list[dict[str, Any]]:
    """New deaths that the batch would tell, in order of seq; recorded before they are shown."""

    def read(work: Work) -> list[dict[str, Any]]:
        found = deaths_of(work.session, batch_of(work.session, batch_id).id, after=after_seq, limit=limit)
        work.record(caller.access(LIST, "batch", batch_id, subjects=len(found)))
        return [_shown(one) for one in found]

    return await parts.db.write(read)


async def confirm_deaths(parts: MatcherParts, caller: Caller, batch_id: str, reason: str, once: Once) -> dict[str, Any]:
    """Confirm all new deaths of a batch in which nothing is left to decide.

    Refusal `batch-state` before that, `no-deaths` where none waits, `deaths-confirmed` where somebody was faster.
    """
    sealed = parts.keyring.field_cipher(KEY).encrypt(reason, place=REASON_PLACE, row=batch_id)
    return await once.write(parts.db, lambda work: _confirm(work, caller, batch_id, sealed))


def _confirm(work: Work, caller: Caller, batch_id: str, sealed: bytes) -> dict[str, Any]:
    batch = batch_of(work.session, batch_id)
    after(batch.state, Act.CONFIRM_DEATHS)
    waiting = deaths_waiting(work.session, batch.id)
    if confirmation_of(work.session, batch.id) is not None:
        raise Refusal("deaths-confirmed")
    if not waiting:
        raise Refusal("no-deaths")
    confirmed = DeathConfirmation(
        batch_id=batch.id,
        deaths=waiting,
        confirmed_by=caller.principal.id,
        confirmed_at=work.now,
        reason=sealed,
    )
    work.session.add(confirmed)
    work.session.flush()
    work.announce(DeathsConfirmed(batch_id=batch.id, deaths=waiting), subject=batch.id)
    work.record(caller.access(CONFIRM, "batch", batch.id, subjects=waiting))
    return {"batch_id": batch.id, **deaths_shown(work.session, batch.id)}


def deaths_shown(session: Session, batch_id: str) -> dict[str, Any]:
    """How many new deaths a batch holds, how many of them wait, who confirmed them."""
    found, confirmed = deaths_waiting(session, batch_id), confirmation_of(session, batch_id)
    return {
        "deaths": found if confirmed is None else confirmed.deaths,
        "waiting": found if confirmed is None else 0,
        "confirmed_by": None if confirmed is None else confirmed.confirmed_by,
        "confirmed_at": None if confirmed is None else confirmed.confirmed_at,
    }


def refuse_unconfirmed(work: Work, caller: Caller, batch: Batch) -> None:
    """Refusal `deaths-unconfirmed` while new deaths wait, `deaths-confirmed-by-you` where the releaser confirmed."""
    waiting = deaths_waiting(work.session, batch.id)
    if not waiting:
        return
    confirmed = confirmation_of(work.session, batch.id)
    if confirmed is None:
        raise Refusal("deaths-unconfirmed", waiting=waiting)
    if confirmed.confirmed_by == caller.principal.id:
        raise Refusal("deaths-confirmed-by-you")


def _shown(death: DeathFound) -> dict[str, Any]:
    return {
        "seq": death.seq,
        "request_id": death.request_id,
        "serial": death.serial,
        "change_date": death.change_date,
        "evidence": [{"code": code, **_words(code)} for code in death.evidence],
    }


def _words(code: str) -> dict[str, str]:
    if code in conflict_words():
        return dict(conflict_words()[code])
    reason = reasons().get(code)
    return {} if reason is None else {"ja": reason.ja, "en": reason.en}
