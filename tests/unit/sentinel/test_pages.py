"""Pages of databases: what stands side by side is two values, what is deleted or not yet moved is seen all the same."""

import sqlite3
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.people.check_digits import resident_code_of
from shared.sentinel.pages import values_of
from shared.sentinel.places import Sentinel

CODE = resident_code_of("1230001001")


def found(folder: Path) -> list[tuple[str, str]]:
    one = Sentinel()
    one.look_at_folder(folder)
    return [(each.place, each.where) for each in one.looked.found]


def test_neighbours_in_a_page_are_no_number_together(tmp_path: Path) -> None:
    """An inquiry number that ends in digits, and a plan's number after it."""
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE held (number TEXT PRIMARY KEY, plan TEXT) WITHOUT ROWID")
        db.execute("CREATE TABLE spent (number TEXT, plan TEXT)")
        for table in ("held", "spent"):
            db.executemany(f"INSERT INTO {table} VALUES (?, ?)", [(f"ABCDEF{CODE[:3]}", CODE[3:])])
        db.commit()
        assert CODE.encode() in (tmp_path / "a.sqlite3-wal").read_bytes()
        assert found(tmp_path) == []
        db.execute("INSERT INTO spent VALUES (?, '')", (CODE,))
        db.commit()
        db.execute("DELETE FROM spent")
        db.commit()
        assert set(found(tmp_path)) == {("a.sqlite3-wal", "bytes")}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text("abc0123", max_size=9000), st.binary(max_size=60), st.integers(-(2**60), 2**60))))
def test_every_value_is_given_back(tmp_path_factory: object, rows: list[tuple[str, bytes, int]]) -> None:
    folder = tmp_path_factory.mktemp("pages")  # type: ignore[attr-defined]
    with closing(sqlite3.connect(folder / "b.sqlite3")) as db:
        db.execute("CREATE TABLE t (a TEXT, b BLOB, c INTEGER)")
        db.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        db.commit()
    values = list(values_of(folder / "b.sqlite3") or ())
    for text, data, _ in rows:
        assert data in values or len(text) > 400
        assert text.encode() in values or len(text) > 400
    joined = b"".join(values)
    assert all(text.encode()[:30] in joined for text, _, _ in rows)


def test_what_is_no_database_is_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"plain")
    assert values_of(tmp_path / "x") is None
