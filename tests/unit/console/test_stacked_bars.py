"""Pictures of stacked bars: everything inside the picture, heights in proportion, the parts on one another."""

from hypothesis import given
from hypothesis import strategies as st

from services.console.domain.stacked_bars import BOTTOM, HEIGHT, TOP, WIDTH, picture_of

ROWS = st.lists(
    st.tuples(st.just("1"), st.integers(0, 10**6), st.integers(0, 10**6), st.booleans()), min_size=1, max_size=40
)


@given(ROWS)
def test_bars_stand_on_the_ground_inside_the_picture_and_in_proportion(rows: list[tuple[str, int, int, bool]]) -> None:
    picture = picture_of(rows)
    assert picture.most == max(lower + upper for _, lower, upper, _ in rows)
    room = HEIGHT - TOP - BOTTOM
    for bar in picture.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert TOP - 0.2 <= bar.upper_y <= bar.lower_y <= HEIGHT - BOTTOM
        assert abs(bar.lower_y + bar.lower_height - (HEIGHT - BOTTOM)) < 0.2
        assert abs(bar.upper_y + bar.upper_height - bar.lower_y) < 0.2
        expected = room * (bar.lower + bar.upper) / max(picture.most, 1)
        assert abs(bar.lower_height + bar.upper_height - expected) < 0.2


def test_nothing_at_all_is_a_picture_too() -> None:
    assert picture_of([]).bars == []
