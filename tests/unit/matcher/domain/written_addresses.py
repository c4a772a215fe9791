"""Addresses in all their notations, for property tests: one place, and every way to write it."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from shared.people.towns import kanji_number

_HYPHENS = "-－‐−ー"
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Place:
    """An address in parts: each a list of ways to write it; the chome is 0 where the town has none."""

    prefecture: str
    county: str
    municipality: tuple[str, ...]
    town: tuple[str, ...]
    chome: int
    numbers: tuple[int, ...]
    building: tuple[str, ...] = ("",)


PLACES = (
    Place("東京都", "", ("千代田区",), ("霞が関", "霞ヶ関"), 3, (2, 1), ("", "霞ビル1201", "霞ビル１２０１号室")),
    Place("東京都", "", ("世田谷区",), ("三軒茶屋",), 2, (11, 22)),
    Place("愛知県", "", ("弥富市",), ("又八",), 4, (12,)),
    Place("北海道", "", ("札幌市中央区",), ("北三条西", "北3条西", "北３条西"), 6, (1,)),
    Place("北海道", "虻田郡", ("ニセコ町",), ("字富士見", "富士見"), 0, (55,)),
    Place("三重県", "", ("いなべ市",), ("員弁町石仏",), 0, (2304, 3)),
    Place("神奈川県", "", ("鎌倉市",), ("山ノ内", "山の内", "山之内"), 0, (189,)),
    Place("宮城県", "", ("塩竈市", "塩釜市"), ("海岸通",), 0, (15, 1)),
    Place("青森県", "上北郡", ("六ヶ所村", "六ケ所村"), ("大字尾駮字野附", "尾駮野附", "大字尾駮野附"), 0, (475,)),
    Place("広島県", "", ("福山市",), ("松永町",), 0, (123, 4), ("", "メゾン桜203")),
    Place("大阪府", "", ("大阪市中央区",), ("大手前",), 2, (1, 22), ("", "コーポ山田 B-201", "コーポ山田B201")),
)


@st.composite
def ways_to_write(draw: st.DrawFn, place: Place, *, arabic: bool = False) -> str:
    """One way to write the place; `arabic`: with digits that can be changed, all of them of its numbers."""
    prefecture = draw(st.sampled_from([place.prefecture, ""]))
    county = draw(st.sampled_from([place.county, ""]))
    blank = draw(st.sampled_from(["", " ", "　"]))
    start = prefecture + county + draw(st.sampled_from(place.municipality)) + blank
    town = place.town[0] if arabic else draw(st.sampled_from(place.town))
    house = _chome_and_numbers(draw, place, arabic=arabic)
    building = "" if arabic else draw(st.sampled_from(place.building))
    return start + town + house + (draw(st.sampled_from(["　", " "])) + building if building else "")


@st.composite
def written(draw: st.DrawFn) -> str:
    """Any way to write any of the places."""
    return draw(ways_to_write(draw(st.sampled_from(PLACES))))


def _chome_and_numbers(draw: st.DrawFn, place: Place, *, arabic: bool) -> str:
    digits: Callable[[int], str] = str if arabic else draw(st.sampled_from(_DIGITS))
    chome = [place.chome] if place.chome else []
    if digits is not _kanji and draw(st.booleans()):
        return draw(st.sampled_from(_HYPHENS)).join(digits(number) for number in (*chome, *place.numbers))
    spelt = kanji_number(place.chome) if not arabic and draw(st.booleans()) else digits(place.chome)
    first, *second = place.numbers
    units = [("番", "号"), ("番地", ""), ("番地の", "")] if second else [("番地", ""), ("番", "")]
    lot, end = draw(st.sampled_from(units))
    return (f"{spelt}丁目" if chome else "") + digits(first) + lot + "".join(digits(number) + end for number in second)


def _full(number: int) -> str:
    return str(number).translate(_FULL)


def _kanji(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    hundreds, tens = divmod(rest, 100)
    high = (f"{kanji_number(thousands)}千" if thousands else "") + (f"{kanji_number(hundreds)}百" if hundreds else "")
    return high + kanji_number(tens)


_DIGITS: tuple[Callable[[int], str], ...] = (str, _full, _kanji)
