"""Two addresses beside each other, part by part: which reasons keep them apart, if any.

What is left out (prefecture, county, street, building) agrees by rule only where all else agrees. Another number,
room, koaza or town never does; where two towns of one name cannot be told apart, a person looks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from shared.people.addresses import Beginning, begin, folded, folded_prefecture, split
from shared.people.characters import without_marks
from shared.people.municipalities import Municipality
from shared.people.numerals import ANY, with_hyphens
from shared.people.towns import Located, has_town, is_twin, locate, number_of
from shared.people.variants import variant_bases

# How a former municipality lives on in front of the town: 員弁町石仏, 浦和区高砂.
_LIVES_ON = ("町", "区", "")
_FIRST_UNIT = re.compile(f"(?:[0-9]+|{ANY}+)(丁目|番(?!町)|-|ノ(?=[0-9]))")
_COUNTED_APART = {"丁目", "番"}
_LETTER = re.compile("([0-9])-?([甲乙丙丁戊己庚辛イロハニホヘト])-?")
_OUTER_HYPHENS = re.compile("-(?![0-9])|(?<![0-9])-")
_BEFORE_BLANK = re.compile(f"(?<=[番地号目のノ-]){ANY}+(?=[ \u3000])")
_STREETS = re.compile("(?:通|上ル|下ル|[東西]入ル?)$")
_ROOM_ONLY = re.compile("[0-9F-]*")


@dataclass(frozen=True, slots=True)
class Written:
    """One of the two addresses as written and folded: its municipality, the prefecture as far as it is written, and
    what follows the municipality, also in parts (town, numbers and building, with hyphens).
    """

    raw: str
    plain: str
    begun: Beginning
    prefecture: str
    rest: str
    parts: tuple[str, str, str]

    @property
    def place(self) -> Municipality:
        """The municipality that it names."""
        return self.begun.place

    @property
    def county(self) -> str:
        """The county as far as it is written, whether or not it is the right one."""
        return self.plain[len(self.prefecture) : self.begun.end].removesuffix(_name(self.place.name))


def read(raw: str) -> Written:
    """The address; a blank, which folding drops, still ends a numeral: 番地四　松ビル."""
    plain = folded(_BEFORE_BLANK.sub(lambda match: str(number_of(match[0]) or match[0]), raw))
    begun = begin(plain)
    rest = plain[begun.end :]
    return Written(raw, plain, begun, folded_prefecture(plain), rest, split(with_hyphens(rest)))


def _variants(written: Written) -> list[str]:
    text = without_marks(written.raw)
    return [character for character in text if character in variant_bases()] if has_variants(text) else []


def has_variants(text: str) -> bool:
    """Whether a character stands in the text that folding takes for another one, its base."""
    return not variant_bases().keys().isdisjoint(text)


def differences(asked: Written, held: Written) -> set[str]:
    """The reason codes of two addresses that are not written the same; never empty."""
    codes = _places(asked, held)
    if "ADDRESS-MUNICIPALITY-DIFFERS" not in codes:
        codes |= _below(asked, held)
    if _variants(asked) != _variants(held):
        codes.add("ADDRESS-VARIANT")
    return codes or {"ADDRESS-NOTATION"}


def _places(asked: Written, held: Written) -> set[str]:
    one, other = asked.place, held.place
    if one.former != other.former:
        return _over_time(asked, held) if one.former else _over_time(held, asked)
    if _name(one.name) == _name(other.name) and _prefectures_agree(one, other):
        return {*_left_out(asked, held), *_both_former(one, other)}
    if _one_leaves_out_ward(one, other) and _prefectures_agree(one, other):
        return {"ADDRESS-WARD-OMITTED"}
    if "" in (one.name, other.name) and _prefectures_agree(one, other) and _same_ending(asked, held):
        return {"ADDRESS-MUNICIPALITY-OMITTED"}
    return {"ADDRESS-MUNICIPALITY-DIFFERS"}


def _both_former(one: Municipality, other: Municipality) -> set[str]:
    """東村 was the name of three villages in one prefecture."""
    if one == other or not one.former:
        return set()
    return {"ADDRESS-TOWN-UNSURE" if set(one.became) & set(other.became) else "ADDRESS-MUNICIPALITY-DIFFERS"}


def _left_out(asked: Written, held: Written) -> Iterator[str]:
    if asked.prefecture != held.prefecture:
        yield "ADDRESS-PREFECTURE-OMITTED"
        if "" in (asked.place.prefecture, held.place.prefecture) and not _town_tells(asked, held):
            yield "ADDRESS-TOWN-UNSURE"
    if asked.county != held.county and "" in (asked.county, held.county):
        yield "ADDRESS-COUNTY-OMITTED"


def _town_tells(asked: Written, held: Written) -> bool:
    """Whether of all municipalities of that name only the one that is named with its prefecture has the town."""
    named, unsure = (asked, held) if asked.place.prefecture else (held, asked)
    homes = [code for code in unsure.place.fits if locate(code, unsure.rest)]
    return homes == [named.place.code]


def _prefectures_agree(one: Municipality, other: Municipality) -> bool:
    return one.prefecture == other.prefecture or "" in (one.prefecture, other.prefecture)


def _one_leaves_out_ward(one: Municipality, other: Municipality) -> bool:
    shorter, longer = sorted((one.name, other.name), key=len)
    return shorter.endswith("市") and longer.startswith(shorter) and longer != shorter


def _same_ending(asked: Written, held: Written) -> bool:
    """Whether one address is the other without its municipality."""
    unknown, known = (held, asked) if asked.place.name else (asked, held)
    return unknown.rest != "" and split(with_hyphens(unknown.rest))[0] == known.parts[0]


def _over_time(former: Written, today: Written) -> set[str]:
    """One address names a former municipality, the other the one in which it lies today."""
    if today.place.code == "" or today.place.code not in former.place.became:
        return {"ADDRESS-MUNICIPALITY-DIFFERS"}
    sure = _lives_on_as(former, today)
    if sure is None:
        return {"ADDRESS-OLD-NAME", "ADDRESS-TOWN-UNSURE"}
    return {"ADDRESS-OLD-NAME"} if sure else {"ADDRESS-OLD-NAME", "ADDRESS-TOWN-DIFFERS"}


def _lives_on_as(former: Written, today: Written) -> bool | None:
    """Whether today's town is that of the former municipality; None when another may be meant."""
    name, town = _name(former.place.name), former.parts[0]
    with_name = {name + town, *(name[:-1] + mark + town for mark in _LIVES_ON)} - {town}
    if today.parts[0] in with_name:
        return True
    if today.parts[0] != town:
        return False
    became = former.place.became
    if any(has_town(code, other) for code in became for other in with_name):
        return None
    homes = [code for code in became if has_town(code, town)]
    same_ward = today.place.code in homes and today.place.name.endswith(f"市{former.place.name[:-1]}区")
    return True if same_ward or homes == [today.place.code] else None


def _below(asked: Written, held: Written) -> set[str]:
    """What differs below the municipality."""
    one, other = asked.parts, held.parts
    if asked.place.former != held.place.former:
        return _houses(asked, one[1:], held, other[1:])
    if one[0] == other[0]:
        unsure = {"ADDRESS-TOWN-UNSURE"} if _twins(asked, held) else set()
        return unsure | _houses(asked, one[1:], held, other[1:])
    return _by_master(asked, held)


def _twins(asked: Written, held: Written) -> bool:
    """Whether folding may have made two towns one: 大字日永 and 日永 of 四日市市."""
    codes = {asked.place.code, held.place.code}
    if not any(is_twin(code, asked.parts[0]) for code in codes):
        return False
    return asked.raw.count("字") != held.raw.count("字") or _variants(asked) != _variants(held)


def _by_master(asked: Written, held: Written) -> set[str]:
    """Two names of a town that are not alike: what the town master makes of them."""
    code = asked.place.code or held.place.code
    one, other = locate(code, asked.rest), locate(code, held.rest)
    if one is None or other is None:
        return {"ADDRESS-AZA-OMITTED" if _one_goes_on(asked, held) else "ADDRESS-TOWN-DIFFERS"}
    if (one.code, one.town.name) != (other.code, other.town.name):
        return {"ADDRESS-TOWN-DIFFERS"}
    codes = _streets(asked.rest[: one.start], held.rest[: other.start])
    (aza, *house), (other_aza, *other_house) = _after(one, asked), _after(other, held)
    if aza != other_aza:
        codes.add("ADDRESS-AZA-OMITTED" if "" in (aza, other_aza) else "ADDRESS-TOWN-DIFFERS")
    return codes | _houses(asked, (house[0], house[1]), held, (other_house[0], other_house[1]))


def _one_goes_on(asked: Written, held: Written) -> bool:
    """Whether one town is the beginning of the other, as it is without its koaza."""
    shorter, longer = sorted((asked.parts[0], held.parts[0]), key=len)
    return longer.startswith(shorter)


def _streets(one: str, other: str) -> set[str]:
    """What stands before the town; left out by rule only where it is streets: 新徳屋町 is not 徳屋町."""
    if one == other:
        return set()
    left_out = "" in (one, other) and _STREETS.search(one + other)
    return {"ADDRESS-STREET-OMITTED" if left_out else "ADDRESS-STREET-DIFFERS"}


def _after(found: Located, written: Written) -> tuple[str, str, str]:
    """Koaza, numbers (with the chome in front) and building after a town of the master."""
    aza, numbers, building = split(with_hyphens(written.rest[found.end :]))
    return aza, "-".join(part for part in (str(found.chome or ""), numbers) if part), building


def _houses(asked: Written, one: tuple[str, str], held: Written, other: tuple[str, str]) -> set[str]:
    """Numbers and buildings."""
    numbers, other_numbers = (_LETTER.sub(r"\1-\2-", side[0]).strip("-") for side in (one, other))
    if numbers == other_numbers:
        if _counted_apart(asked, held) or _is_floor(one[1]) != _is_floor(other[1]):
            return {"ADDRESS-NUMBER-DIFFERS"}
        return _buildings(*(_OUTER_HYPHENS.sub("", side[1].replace("棟", "-")) for side in (one, other)))
    here, there = (numbers, one[1]), (other_numbers, other[1])
    if _room_in_numbers(here, there, held) or _room_in_numbers(there, here, asked):
        return {"ADDRESS-BUILDING-OMITTED"}
    shorter, longer = sorted((numbers.split("-"), other_numbers.split("-")), key=len)
    part = "" in (numbers, other_numbers) or longer[: len(shorter)] == shorter
    return {"ADDRESS-NUMBER-MISSING" if part else "ADDRESS-NUMBER-DIFFERS"}


def _counted_apart(asked: Written, held: Written) -> bool:
    """Whether the first number is a chome on one side and a lot on the other: 本町1丁目2, 本町1番地2."""
    units = {match[1] for side in (asked, held) if (match := _FIRST_UNIT.search(side.rest))}
    return units == _COUNTED_APART


def _is_floor(building: str) -> bool:
    """Whether the last number is that of a floor or a block of flats: 1-2-3階."""
    return building.startswith(("F", "棟"))


def _room_in_numbers(named: tuple[str, str], chained: tuple[str, str], written: Written) -> bool:
    """1-2-3 コーポ山田101 and 1-2-3-101: the room hangs on a hyphen, behind two numbers or a finished one (12番地-301).

    12番地301 and 12-301 may be another house.
    """
    numbers, room = named[0], "-".join(re.findall("[0-9]+", named[1]))
    if not room or chained != (f"{numbers}-{room}", ""):
        return False
    hung = re.search(f"([地番号]?)-{room}(?![0-9])", written.rest)
    return hung is not None and (hung[1] != "" or "-" in numbers)


def _buildings(one: str, other: str) -> set[str]:
    if one == other:
        return set()
    shorter, longer = sorted((one, other), key=len)
    without_room = (
        longer.startswith(shorter) and _ROOM_ONLY.fullmatch(longer[len(shorter) :]) and not _numbered(shorter)
    )
    room_alone = _ROOM_ONLY.fullmatch(shorter) and re.sub("[^0-9-]", "", longer) == shorter
    if shorter == "" or without_room or room_alone:
        return {"ADDRESS-BUILDING-OMITTED"}
    return {"ADDRESS-ROOM-DIFFERS"}


def _numbered(building: str) -> bool:
    return re.search("[0-9]", building) is not None


@lru_cache(maxsize=4096)
def _name(municipality: str) -> str:
    return folded(municipality)
