"""Queries on checksheets, their answers and their signatures."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.storage.checksheets.tables import Checksheet, ChecksheetAnswer, ChecksheetStep

COMPLETE = "complete"
DUE = "due"


def get(session: Session, quarter: str) -> Checksheet | None:
    """The sheet of a quarter."""
    return session.get(Checksheet, quarter)


def sheets(session: Session, *, state: str, running: str, before: str, limit: int) -> Sequence[Checksheet]:
    """Sheets, newest first; `before`: a quarter's code, empty for all. `state` empty: all.

    `due`: what waits for the clerk, which is the open sheets of quarters before the `running` one.
    """
    wanted = select(Checksheet).order_by(col(Checksheet.quarter).desc()).limit(limit)
    if state == DUE:
        wanted = wanted.where(col(Checksheet.state) == "open", col(Checksheet.quarter) < running)
    elif state:
        wanted = wanted.where(col(Checksheet.state) == state)
    return session.scalars(wanted.where(col(Checksheet.quarter) < before) if before else wanted).all()


def unfinished(session: Session) -> Sequence[str]:
    """The quarters whose sheets wait for somebody."""
    waiting = select(col(Checksheet.quarter)).where(col(Checksheet.state) != COMPLETE).order_by(col(Checksheet.quarter))
    return [row[0] for row in session.connection().execute(waiting)]


def answers(session: Session, quarter: str) -> Mapping[int, ChecksheetAnswer]:
    """The newest answer to each question."""
    given = select(ChecksheetAnswer).where(col(ChecksheetAnswer.quarter) == quarter).order_by(col(ChecksheetAnswer.id))
    return {answer.item: answer for answer in session.scalars(given)}


def steps(session: Session, quarter: str) -> Sequence[ChecksheetStep]:
    """Signatures and returns, in order."""
    taken = select(ChecksheetStep).where(col(ChecksheetStep.quarter) == quarter).order_by(col(ChecksheetStep.id))
    return session.scalars(taken).all()
