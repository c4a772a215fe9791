"""Postal codes beside municipalities."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from shared.people.columns.postal import disagrees_columns
from shared.people.postal import disagrees, postal_municipalities
from tests.unit.people.anything import THOROUGH

CODES = st.sampled_from(["1000013", "2300051", "9999999", "", "4980000", "5110224", "1000013 "])
MUNICIPALITIES = st.sampled_from(["131016", "131032", "141003", "141011", "141020", "", "242144", "x"])


def test_samples() -> None:
    assert postal_municipalities("1000013") == {"131016"}
    assert disagrees("1000013", "131032")
    assert not disagrees("2300051", "141003")  # the city as a whole holds its wards
    assert disagrees("2300051", "141020")
    assert not disagrees("0000000", "131032")
    assert not disagrees("1000013", "")
    assert any(len(postal_municipalities(code)) > 1 for code in ("4980000", "0660005"))


@THOROUGH
@given(rows=st.lists(st.tuples(CODES | st.none(), MUNICIPALITIES | st.none()), min_size=1, max_size=30))
def test_columns_say_the_same(rows: list[tuple[str | None, str | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"postal": pl.String, "code": pl.String}, orient="row")
    found = disagrees_columns(frame["postal"], frame["code"]).to_list()
    assert found == [disagrees(postal or "", code or "") for postal, code in rows]
