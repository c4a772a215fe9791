"""The inquiry-number ledger: who stands behind a number, sealed row by row under the plan's own key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import repeat
from typing import Any, Final, TypeVar

import polars as pl
from sqlalchemy import BindParameter, bindparam, delete, func, insert, select, update
from sqlmodel import Session, col

from services.matcher.storage.pseudonyms import new_tokens
from services.matcher.storage.tables import Held, Spent
from services.matcher.storage.told_tables import DeathFound, DeathTold
from shared.crypto.keyring import Keyring
from shared.db import Database, Work, table_of
from shared.db.bulk import insert_new, present
from shared.people.columns.inquiry_numbers import new_inquiry_numbers
from shared.people.person import ITEMS

T = TypeVar("T")

PERSON: Final = ("resident_code", *ITEMS, "status")
PLACE: Final = "held.sealed"
PSEUDONYM: Final = "held.token"
SEPARATOR: Final = "\x1f"
# Short transactions, so that a part of 50,000 people does not keep a small call waiting.
STEP: Final = 10_000

# One bound list each, so that the statements are compiled once.
_WANTED: Final[BindParameter[Any]] = bindparam("wanted", expanding=True)
_MINE: Final = col(Held.plan_number) == bindparam("plan")
_NUMBERS: Final = select(col(Held.person), col(Held.inquiry_number)).where(_MINE, col(Held.person).in_(_WANTED))
# Looked up by number alone: with the plan beside it, SQLite walks all of the plan's rows instead.
_PEOPLE: Final = select(
    col(Held.plan_number), col(Held.inquiry_number), col(Held.sealed), col(Held.told), col(Held.resident_on)
).where(col(Held.inquiry_number).in_(_WANTED))
_GIVEN: Final = ("inquiry_number", "plan_number", "person", "sealed", "resident_on", "token")
_TOKENS: Final = select(col(Held.plan_number), col(Held.inquiry_number), col(Held.token)).where(
    col(Held.inquiry_number).in_(_WANTED)
)
_Given = tuple[str, str, bytes, bytes, str, bytes]
# A number and who stands behind it: rows that go when the number does.
_GOES_WITH_THE_NUMBER: Final = (Held, DeathFound, DeathTold)


def key_of(plan_number: str) -> str:
    """The name of the key that one plan's ledger rows stand under; destroyed when its contract ends."""
    return f"ledger/{plan_number}"


class Ledger:
    """Finds, gives, updates and destroys numbers in bulk; blocking, for worker threads."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring

    def numbers_for(self, plan_number: str, people: pl.DataFrame) -> list[str]:
        """For each row (columns PERSON) the plan's number for that person: the one it has, or a new one. Safe twice."""
        index = self._keyring.blind_index(key_of(plan_number)).of_many(people["resident_code"], scope="person")
        texts = people.select(pl.concat_str(PERSON, separator=SEPARATOR)).to_series().to_list()
        found: dict[bytes, str] = {}
        for start in range(0, len(index), STEP):
            stop = start + STEP
            found |= self._find_or_give(plan_number, dict(zip(index[start:stop], texts[start:stop], strict=True)))
        return [found[one] for one in index]

    def people(self, plan_number: str, numbers: Sequence[str]) -> pl.DataFrame:
        """The live ones among a plan's numbers: inquiry_number, told, resident_on, and the columns PERSON."""
        of_plan = partial(_held, plan_number=plan_number)
        rows = [row for step in steps(numbers) for row in self._db.read_now(partial(of_plan, numbers=step))]
        names = [row[0] for row in rows]
        texts = self._keyring.field_cipher(key_of(plan_number)).decrypt_many(
            [row[1] for row in rows], place=PLACE, rows=names
        )
        columns = {
            "inquiry_number": names,
            "told": [row[2] for row in rows],
            "resident_on": [row[3] for row in rows],
            "text": texts,
        }
        schema = {name: pl.Binary if name == "told" else pl.String for name in columns}
        frame = pl.DataFrame(columns, schema=schema)
        fields = pl.col("text").str.split_exact(SEPARATOR, len(PERSON) - 1).struct.rename_fields(list(PERSON))
        return frame.with_columns(fields).unnest("text")

    def tokens(self, plan_number: str, numbers: Sequence[str]) -> dict[str, str]:
        """The pseudonym of each live number of a plan; a row of the release before is given one. Safe twice."""
        of_plan, give = partial(_tokens, plan_number=plan_number), partial(_give_tokens, plan_number=plan_number)
        cipher = self._keyring.field_cipher(key_of(plan_number))
        found: dict[str, str] = {}
        for step in steps(numbers):
            sealed = self._db.read_now(partial(of_plan, numbers=step))
            if without := [number for number, token in sealed.items() if token is None]:
                new = cipher.encrypt_many(new_tokens(len(without)), place=PSEUDONYM, rows=without)
                self._db.write_now(partial(give, tokens=dict(zip(without, new, strict=True))))
                sealed = self._db.read_now(partial(of_plan, numbers=step))
            live = {number: token for number, token in sealed.items() if token is not None}
            opened = cipher.decrypt_many(list(live.values()), place=PSEUDONYM, rows=list(live))
            found |= dict(zip(live, opened, strict=True))
        return found

    def sealed(self, plan_number: str, people: pl.DataFrame) -> list[bytes]:
        """The sealed form of rows with inquiry_number and the columns PERSON, each bound to its number."""
        texts = people.select(pl.concat_str(PERSON, separator=SEPARATOR)).to_series().to_list()
        cipher = self._keyring.field_cipher(key_of(plan_number))
        return cipher.encrypt_many(texts, place=PLACE, rows=people["inquiry_number"].to_list())

    def told(self, plan_number: str, texts: Sequence[str]) -> list[bytes]:
        """Digests of what the plan is told, keyed, so that a guess cannot be tried out."""
        return self._keyring.blind_index(key_of(plan_number)).of_many(texts, scope="told")

    def person_index(self, plan_number: str, resident_codes: Sequence[str]) -> list[bytes]:
        """The blind indices of resident codes within a plan."""
        return self._keyring.blind_index(key_of(plan_number)).of_many(resident_codes, scope="person")

    def update(self, plan_number: str, changes: pl.DataFrame) -> None:
        """Set told, and where not null sealed and person, of rows named by inquiry_number. Safe twice."""
        for step in changes.iter_slices(STEP):
            rows = step.select(pl.col("inquiry_number", "told", "sealed", "person").name.prefix("new_")).to_dicts()
            self._db.write_now(partial(_update, plan_number=plan_number, rows=rows))

    def note_residents(self, plan_number: str, numbers: Sequence[str], as_of: str) -> None:
        """Note as of which day (YYYYMMDD) the registry said of these people that they live here. Safe twice."""
        note = partial(_note_residents, plan_number=plan_number, as_of=as_of)
        for step in steps(numbers):
            self._db.write_now(partial(note, numbers=step))

    def destroy(self, plan_number: str, numbers: Sequence[str], *, by: str, at: datetime) -> set[str]:
        """Destroy a plan's numbers and who stands behind them; which ones `by` has destroyed, now or before."""
        gone: set[str] = set()
        for step in steps(numbers):
            gone |= self._db.write_now(partial(_destroy, plan_number=plan_number, numbers=step, by=by, at=at))
        return gone

    def destroy_all(self, plan_number: str, *, by: str, at: datetime) -> None:
        """Destroy every number of a plan, then the key that its rows stood under. Safe twice."""
        while some := self._db.read_now(lambda session: _some_of(session, plan_number)):
            self.destroy(plan_number, some, by=by, at=at)
        self._keyring.destroy(key_of(plan_number))

    def _find_or_give(self, plan_number: str, wanted: Mapping[bytes, str]) -> dict[bytes, str]:
        """Gives first and looks only where a row did not go in: almost everybody who is asked for by name is new."""
        found: dict[bytes, str] = {}
        cipher = self._keyring.field_cipher(key_of(plan_number))
        # A second round only where a random number was taken already.
        while missing := {index: text for index, text in wanted.items() if index not in found}:
            numbers = new_inquiry_numbers(len(missing)).to_list()
            sealed = cipher.encrypt_many(list(missing.values()), place=PLACE, rows=numbers)
            tokens = cipher.encrypt_many(new_tokens(len(missing)), place=PSEUDONYM, rows=numbers)
            rows = list(zip(numbers, repeat(plan_number), missing, sealed, repeat(""), tokens, strict=False))
            found |= self._db.write_now(partial(_give, plan_number=plan_number, rows=rows), beside=True)
        return found


def steps(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Runs of at most STEP values."""
    return (values[start : start + STEP] for start in range(0, len(values), STEP))


def numbers_of(session: Session, plan_number: str) -> Iterator[str]:
    """All live numbers of a plan."""
    yield from session.scalars(select(col(Held.inquiry_number)).where(col(Held.plan_number) == plan_number))


def count_held(session: Session, plan_number: str) -> int:
    """How many live numbers a plan has."""
    return session.scalar(select(func.count()).where(col(Held.plan_number) == plan_number)) or 0


def count_spent(session: Session, plan_number: str, by: str) -> int:
    """How many numbers of a plan were destroyed by one request or contract end."""
    mine = select(func.count()).where(col(Spent.plan_number) == plan_number, col(Spent.by) == by)
    return session.scalar(mine) or 0


def _numbers(session: Session, plan_number: str, index: Sequence[bytes]) -> dict[bytes, str]:
    found = session.connection().execute(_NUMBERS, {"plan": plan_number, "wanted": index})
    return {row[0]: row[1] for row in found}


def _held(session: Session, *, plan_number: str, numbers: Sequence[str]) -> list[tuple[str, bytes, bytes | None, str]]:
    found = session.connection().execute(_PEOPLE, {"wanted": numbers})
    return [(row[1], row[2], row[3], row[4]) for row in found if row[0] == plan_number]


def _some_of(session: Session, plan_number: str) -> list[str]:
    mine = select(col(Held.inquiry_number)).where(col(Held.plan_number) == plan_number).limit(STEP)
    return list(session.scalars(mine))


def _tokens(session: Session, *, plan_number: str, numbers: Sequence[str]) -> dict[str, bytes | None]:
    found = session.connection().execute(_TOKENS, {"wanted": numbers})
    return {row[1]: row[2] for row in found if row[0] == plan_number}


def _give_tokens(work: Work, *, plan_number: str, tokens: Mapping[str, bytes]) -> None:
    """Another worker may have been faster: what stands, stays."""
    table = table_of(Held)
    mine = (table.c.plan_number == plan_number, table.c.inquiry_number == bindparam("number"), table.c.token.is_(None))
    rows = [{"number": number, "given": token} for number, token in tokens.items()]
    work.session.connection().execute(update(table).where(*mine).values(token=bindparam("given")), rows)


def _give(work: Work, *, plan_number: str, rows: list[_Given]) -> dict[bytes, str]:
    """Insert rows whose number and person are both new; who has a number afterwards."""
    connection = work.session.connection()
    spent = present(connection, table_of(Spent), "inquiry_number", [row[0] for row in rows])
    fresh = [row for row in rows if row[0] not in spent] if spent else rows
    if insert_new(connection, table_of(Held), _GIVEN, fresh) == len(rows):
        return {row[2]: row[0] for row in rows}
    return _numbers(work.session, plan_number, [row[2] for row in rows])


def _update(work: Work, *, plan_number: str, rows: list[dict[str, Any]]) -> None:
    session = work.session
    # A changed resident code that the plan already knows under another number keeps its old index.
    moved = [row["new_person"] for row in rows if row["new_person"] is not None]
    known = _numbers(session, plan_number, moved) if moved else {}
    for row in rows:
        row["new_person"] = None if row["new_person"] in known else row["new_person"]
    table = table_of(Held)
    statement = (
        update(table)
        .where(table.c.inquiry_number == bindparam("new_inquiry_number"))
        .values(
            told=bindparam("new_told"),
            sealed=func.coalesce(bindparam("new_sealed", type_=table.c.sealed.type), table.c.sealed),
            person=func.coalesce(bindparam("new_person", type_=table.c.person.type), table.c.person),
        )
    )
    session.connection().execute(statement, rows)


def _note_residents(work: Work, *, plan_number: str, numbers: Sequence[str], as_of: str) -> None:
    mine = (col(Held.plan_number) == plan_number, col(Held.inquiry_number).in_(numbers))
    work.session.connection().execute(
        update(Held).where(*mine, col(Held.resident_on) < as_of).values(resident_on=as_of)
    )


def _destroy(work: Work, *, plan_number: str, numbers: Sequence[str], by: str, at: datetime) -> set[str]:
    session = work.session
    live = [row[0] for row in _held(session, plan_number=plan_number, numbers=numbers)]
    if live:
        for table in _GOES_WITH_THE_NUMBER:
            session.connection().execute(delete(table).where(col(table.inquiry_number).in_(live)))
        rows = [{"inquiry_number": one, "plan_number": plan_number, "by": by, "spent_at": at} for one in live]
        session.connection().execute(insert(Spent), rows)
    gone = select(col(Spent.inquiry_number)).where(col(Spent.inquiry_number).in_(numbers), col(Spent.by) == by)
    return set(session.scalars(gone))
