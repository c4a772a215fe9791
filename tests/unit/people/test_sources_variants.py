"""How published relations become stars: one hop, two witnesses, one base; what fails is commonly confused."""

from collections.abc import Mapping

from shared.people.sources_variants import Pair, Statements, confused, stars

RANK = {"辺": 0, "高": 0, "明": 0, "朋": 1, "功": 0, "切": 0, "冷": 0, "泠": 2, "徳": 0, "德": 1}
CODED = frozenset(RANK) | {"邊", "邉", "悳"}


def stated(
    strong: Mapping[Pair, tuple[str, ...]],
    weak: Mapping[Pair, str] | None = None,
    apart: frozenset[frozenset[str]] = frozenset(),
) -> Statements:
    return Statements(dict(strong), dict(weak or {}), RANK, CODED, apart)


def test_two_variants_share_a_base() -> None:
    tables = stated({("邊", "辺"): ("joyo", "koseki"), ("邉", "辺"): ("koseki", "jis")})
    assert stars(tables) == {"邊": ("辺", "joyo"), "邉": ("辺", "koseki")}
    assert confused(tables, stars(tables)) == {}


def test_a_chain_is_not_followed() -> None:
    tables = stated({("悳", "德"): ("koseki", "jis"), ("德", "徳"): ("joyo",)})
    assert stars(tables) == {"德": ("徳", "joyo")}
    assert confused(tables, stars(tables)) == {("徳", "悳"): "doubtful"}


def test_what_could_be_either_is_neither() -> None:
    tables = stated({("眀", "明"): ("koseki",), ("眀", "朋"): ("koseki",)})
    assert stars(tables) == {}
    assert confused(tables, {}) == {("明", "眀"): "doubtful", ("朋", "眀"): "doubtful"}


def test_another_character_by_one_table_is_the_same_by_none() -> None:
    tables = stated({("眀", "明"): ("koseki",), ("眀", "朋"): ("koseki",)}, {("眀", "朋"): "other-character"})
    assert stars(tables) == {"眀": ("明", "koseki")}


def test_two_characters_in_use_need_two_witnesses() -> None:
    alone = stated({("泠", "冷"): ("koseki",)})
    assert stars(alone) == {}
    assert confused(alone, {}) == {("冷", "泠"): "doubtful"}
    assert stars(stated({("泠", "冷"): ("koseki",)}, {("冷", "泠"): "dictionary"})) == {"泠": ("冷", "koseki")}


def test_two_common_characters_are_one_by_the_official_list_alone() -> None:
    assert stars(stated({("功", "切"): ("minji-2842", "koseki")})) == {}
    assert stars(stated({("功", "切"): ("joyo",)})) == {"功": ("切", "joyo")}


def test_kept_apart_by_choice() -> None:
    pair = frozenset({"邊", "辺"})
    tables = stated({("邊", "辺"): ("joyo",)}, {("邊", "辺"): "apart"}, frozenset({pair}))
    assert stars(tables) == {}
    assert confused(tables, {}) == {("辺", "邊"): "apart"}
