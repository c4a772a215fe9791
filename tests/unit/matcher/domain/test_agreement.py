"""Cohen's kappa against known cases and a second computation that goes another way."""

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.agreement import agreement

WORDS = ("same", "not the same", "another")
pairs_of = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), max_size=60)


def by_the_table(pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Rate and kappa as a textbook's table gives them: cells, margins, what chance would put on the diagonal."""
    cells = [[sum(pair == (row, column) for pair in pairs) for column in WORDS] for row in WORDS]
    rows = [sum(row) for row in cells]
    columns = [sum(row[at] for row in cells) for at in range(len(WORDS))]
    diagonal = sum(cells[at][at] for at in range(len(WORDS)))
    by_chance = sum(row * column / len(pairs) for row, column in zip(rows, columns, strict=True))
    left = len(pairs) - by_chance
    return diagonal / len(pairs), (diagonal - by_chance) / left if left > 1e-9 else math.nan


@given(pairs_of)
def test_it_is_what_the_table_gives(pairs: list[tuple[str, str]]) -> None:
    found = agreement(pairs)
    assert found.pairs == len(pairs)
    if not pairs:
        assert (found.agreed, found.rate, found.kappa) == (0, None, None)
        return
    rate, kappa = by_the_table(pairs)
    assert found.rate is not None
    assert math.isclose(found.rate, rate)
    assert (found.kappa is None) == math.isnan(kappa)
    if found.kappa is not None:
        assert math.isclose(found.kappa, kappa, abs_tol=1e-9)
        assert -1 <= found.kappa <= 1


@given(pairs_of)
def test_neither_order_nor_sides_matter(pairs: list[tuple[str, str]]) -> None:
    assert agreement(pairs) == agreement(pairs[::-1]) == agreement([(second, first) for first, second in pairs])


def test_known_cases() -> None:
    yes, no = "same", "not the same"
    # Cohen's table as it is often printed: 20 both yes, 15 both no, 5 and 10 apart.
    printed = [(yes, yes)] * 20 + [(yes, no)] * 5 + [(no, yes)] * 10 + [(no, no)] * 15
    assert agreement(printed).rate == 0.7
    assert agreement(printed).kappa == 0.4
    assert agreement([(yes, yes), (no, no)]).kappa == 1.0
    assert agreement([(yes, no), (no, yes)]).kappa == -1.0
    alike = agreement([(yes, yes)] * 5)
    assert (alike.rate, alike.kappa) == (1.0, None)
    assert agreement([(yes, no)] * 5).kappa == 0.0
