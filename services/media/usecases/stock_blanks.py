"""Blank discs: each has a number, none is missing, and each can be accounted for."""

from typing import Any

from services.media.domain.states import BLANK, step
from services.media.storage.blanks import blank_of, blanks_after, count_by_state, last_number, oldest_in_stock
from services.media.storage.tables import Blank
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.http.paging import decode, page
from shared.refusals import Refusal

UNANNOUNCED = "unannounced"


def stock_blanks(work: Work, caller: Caller, *, count: int, lot: str) -> dict[str, Any]:
    """Takes `count` blanks into stock under the next numbers."""
    first = last_number(work.session) + 1
    for number in range(first, first + count):
        _enter(work, number, lot, state="stock")
    work.session.flush()
    work.record(caller.access("media.blank.stock", "blank", f"{first}-{first + count - 1}"))
    return {"first": first, "last": first + count - 1, "lot": lot, "counts": _counts(work)}


def list_blanks(work: Work, caller: Caller, *, limit: int, cursor: str) -> dict[str, Any]:
    """Every blank in number order, and how many there are in each state."""
    rows = blanks_after(work.session, _number(decode(cursor)), limit=limit)
    work.record(caller.access("media.blank.list", "blank", "*"))
    items = [
        {
            "number": row.number,
            "lot": row.lot,
            "state": row.state,
            "disc_id": row.disc_id or None,
            "entered_at": row.entered_at.astimezone(JST).isoformat(),
            "changed_at": row.changed_at.astimezone(JST).isoformat(),
        }
        for row in rows
    ]
    return page(items, limit=limit, position=lambda item: str(item["number"])) | {"counts": _counts(work)}


def set_blank(work: Work, caller: Caller, number: int, state: str) -> dict[str, Any]:
    """A blank that was spoilt or destroyed without becoming a disc. Refusals `not-found`, `transition-refused`."""
    blank = work.session.get(Blank, number)
    if blank is None:
        raise Refusal("not-found")
    _set(work, blank, state)
    work.record(caller.access("media.blank.change", "blank", str(number), reason=state))
    return {"number": number, "state": blank.state}


def take_blank(work: Work, disc_id: str) -> int:
    """Uses the next blank for a disc. Where stock was never entered the blank gets its number now, and is marked so."""
    blank = oldest_in_stock(work.session)
    if blank is None:
        blank = _enter(work, last_number(work.session) + 1, UNANNOUNCED, state="stock")
    blank.disc_id = disc_id
    _set(work, blank, "used")
    return blank.number


def spoil_blank(work: Work, disc_id: str) -> None:
    """The blank of a failed burn."""
    blank = blank_of(work.session, disc_id)
    if blank is not None and blank.state == "used":
        _set(work, blank, "spoilt")


def destroy_blank(work: Work, disc_id: str) -> None:
    """The blank that a destroyed disc was."""
    blank = blank_of(work.session, disc_id)
    if blank is not None:
        _set(work, blank, "destroyed")


def _enter(work: Work, number: int, lot: str, *, state: str) -> Blank:
    blank = Blank(number=number, lot=lot, state=state, entered_at=work.now, changed_at=work.now)
    work.session.add(blank)
    return blank


def _set(work: Work, blank: Blank, state: str) -> None:
    blank.state = step(BLANK, blank.state, state)
    blank.changed_at = work.now
    work.session.add(blank)
    work.session.flush()


def _counts(work: Work) -> dict[str, int]:
    counted = count_by_state(work.session)
    return {state: counted.get(state, 0) for state in BLANK}


def _number(position: str) -> int:
    if position and not position.isdecimal():
        raise Refusal("bad-request")
    return int(position or 0)
