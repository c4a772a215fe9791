"""Sealed columns come under the newest version of their key: row by row, short transactions, safe to be killed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from sqlalchemy import LargeBinary, Table, bindparam, func, select, tuple_, update
from sqlmodel import Session

from shared.crypto.fields import head_of
from shared.crypto.keyring import KeyInfo, Keyring
from shared.db.database import Database
from shared.db.registry import table_of
from shared.db.work import Work

STEP: Final = 1000
PLAN: Final = "{plan_number}"
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class SealedColumn:
    """A column of values sealed by a field cipher under `place`, each bound to what `bound` makes of its row: of the
    primary key, and what else is named in `also`.

    `key` names the field key; `{plan_number}` in it stands for the row's column of that name, or for that of the row
    that `beside` (another table, and the column here that holds its id) names."""

    kind: type[Any]
    column: str
    place: str
    key: str
    bound: Callable[[Row], str]
    also: tuple[str, ...] = ()
    beside: tuple[type[Any], str] | None = None

    @property
    def table(self) -> Table:
        """The table."""
        return table_of(self.kind)

    @cached_property
    def _key(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.key).replace(re.escape(PLAN), "(.+)"))

    def plan_of(self, name: str) -> str | None:
        """Whose rows stand under the key of this name: a plan's, everybody's (empty), or none of these (None)."""
        found = self._key.fullmatch(name)
        return None if found is None else "".join(found.groups())


def older_keys(keyring: Keyring, column: SealedColumn) -> Iterator[KeyInfo]:
    """The keys of a column that still hold an older version."""
    for info in keyring.list():
        rotated = info.purpose == "field" and info.destroyed_at is None and info.oldest_version < info.version
        if rotated and column.plan_of(info.name) is not None:
            yield info


def reseal(db: Database, keyring: Keyring, column: SealedColumn, info: KeyInfo) -> int:
    """Brings a column's values under the newest version of one key; how many. Blocking.

    A value that changes meanwhile is left as it is: whoever changed it has sealed it under the newest version."""
    cipher, count = keyring.field_cipher(info.name), 0
    older, replace = partial(_older, column=column, info=info), partial(_replace, column=column)
    rows = db.read_now(partial(older, after=()))
    while rows:
        bound = [column.bound(row) for row in rows]
        texts = cipher.decrypt_many([row["sealed"] for row in rows], place=column.place, rows=bound)
        new = cipher.encrypt_many(texts, place=column.place, rows=bound)
        count += db.write_now(partial(replace, rows=rows, new=new))
        rows = db.read_now(partial(older, after=tuple(rows[-1][name] for name in _primary(column.table))))
    return count


def left(session: Session, column: SealedColumn, info: KeyInfo) -> int:
    """How many values of a column stand under an older version of a key."""
    rows = _wanted(select(func.count()).select_from(column.table), column, info)
    return int(session.connection().execute(rows).scalar_one())


def _older(session: Session, *, column: SealedColumn, info: KeyInfo, after: tuple[Any, ...]) -> Sequence[Row]:
    table = column.table
    primary = [table.c[name] for name in _primary(table)]
    also = [table.c[name] for name in column.also]
    sealed = table.c[column.column].label("sealed")
    rows = _wanted(select(*primary, *also, sealed).limit(STEP), column, info)
    if after:
        rows = rows.where(tuple_(*primary) > after)
    return session.connection().execute(rows.order_by(*primary)).mappings().all()


def _wanted(rows: Any, column: SealedColumn, info: KeyInfo) -> Any:
    """Those under an older version, of the plan that the key belongs to."""
    table = column.table
    sealed = table.c[column.column]
    rows = rows.where(sealed.is_not(None), func.substr(sealed, 1, 3, type_=LargeBinary) != head_of(info.version))
    plan = column.plan_of(info.name)
    if not plan:
        return rows
    if column.beside is None:
        return rows.where(table.c.plan_number == plan)
    other, here = table_of(column.beside[0]), column.beside[1]
    return rows.where(table.c[here].in_(select(other.c.id).where(other.c.plan_number == plan)))


def _replace(work: Work, *, column: SealedColumn, rows: Sequence[Row], new: Sequence[bytes]) -> int:
    table = column.table
    names = _primary(table)
    same = [table.c[name] == bindparam(f"old_{name}") for name in names]
    statement = update(table).where(*same, table.c[column.column] == bindparam("old_sealed"))
    statement = statement.values({column.column: bindparam("new_sealed")})
    values = [
        {f"old_{name}": row[name] for name in names} | {"old_sealed": row["sealed"], "new_sealed": sealed}
        for row, sealed in zip(rows, new, strict=True)
    ]
    work.session.connection().execute(statement, values)
    return len(values)


def _primary(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]
