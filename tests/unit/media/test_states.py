"""The full matrix of every life cycle: what the table holds happens, all else is refused with what is allowed."""

import pytest

from services.media.domain.states import BLANK, COMPLETE_DISC, DISC, DISPATCH, ON_THE_WAY, REPLY, Table, step
from shared.refusals import Refusal

TABLES = {"reply": REPLY, "disc": DISC, "dispatch": DISPATCH, "blank": BLANK}
MATRIX = [
    pytest.param(table, now, then, id=f"{name}-{now}-{then}")
    for name, table in TABLES.items()
    for now in table
    for then in table
]


@pytest.mark.parametrize(("table", "now", "then"), MATRIX)
def test_the_full_matrix(table: Table, now: str, then: str) -> None:
    if then in table[now]:
        assert step(table, now, then) == then
    else:
        with pytest.raises(Refusal) as refused:
            step(table, now, then)
        assert refused.value.code == "transition-refused"
        assert refused.value.facts["allowed"] == sorted(table[now])


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_state_named_is_a_state_of_the_table(table: Table) -> None:
    assert set().union(*table.values()) <= set(table)


def test_the_way_of_a_disc_has_no_short_cut() -> None:
    way = "planned imaged written verified cased bundled handed_over sealed sent delivered".split()
    for position, state in enumerate(way):
        assert DISC[state] & set(way) == set(way[position + 1 : position + 2])


def test_an_envelope_goes_the_way_of_its_discs() -> None:
    for state, following in DISPATCH.items():
        assert following <= DISC[state]


def test_sets_of_states_are_subsets() -> None:
    assert set(DISPATCH) > ON_THE_WAY
    assert set(DISC) > COMPLETE_DISC
    assert not COMPLETE_DISC & {"planned", "imaged", "written", "failed"}
