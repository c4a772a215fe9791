"""Reads an address for showing: official spellings of its places, and the rest as it was written.

The town master comes first and numerals after it. Comparing needs none of this: see `addresses`.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from shared.people.addresses import Beginning, begin, folded, split
from shared.people.aligned import Aligned, aligned
from shared.people.characters import compatible
from shared.people.municipalities import Municipality, by_code, former_ways
from shared.people.numerals import ANY, with_hyphens
from shared.people.towns import Located, codes_with, locate, wards_of

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_NUMERAL = f"(?:[0-9]+|{ANY}+)"
_UNIT = "(?:丁目|番地ノ?|番ノ?|号(?![室棟線館])|[-ノ])"
_NUMBERS = re.compile(f"[甲乙丙丁戊己庚辛]?(?:[0-9]+(?!条|線|地割)|{ANY}+(?={_UNIT}))(?:{_UNIT}{_NUMERAL}?)*")
_FLOOR = re.compile("([0-9]+)(?:階|F)")
_ROOM = re.compile("([0-9A-Z]*[0-9](?:-[0-9]+)*)(?:号室?)?$")
_BOUNDARY = re.compile(f"$|[0-9-]|{ANY}")
_LONGEST_GUESS = 12
_ANOTHER_CHOME = re.compile(f"{_NUMERAL}丁目")


@dataclass(frozen=True)
class AddressParts:
    """An address in its parts; empty where there is none.

    prefecture, county, municipality and town are spelt officially (the municipality as it is called today, as far as
    that is certain); `old_name` is the former name that was written, in force from `since` until before `until`,
    under `old_code`. street, aza, building and rest are as written (digits in half width); `rest` is all that
    follows the town. `unknown` says what was not found: place, ambiguous, municipality, town or chome.
    """

    prefecture: str = ""
    county: str = ""
    municipality: str = ""
    municipality_code: str = ""
    old_name: str = ""
    old_code: str = ""
    since: str = ""
    until: str = ""
    became: tuple[str, ...] = ()
    street: str = ""
    town: str = ""
    chome: str = ""
    aza: str = ""
    block: str = ""
    number: str = ""
    branch: str = ""
    building: str = ""
    floor: str = ""
    room: str = ""
    rest: str = ""
    unknown: str = ""


def parse_address(text: str, on: date | None = None) -> AddressParts:
    """The parts of an address, read as on that day: a name in force then wins over the same name today."""
    whole = aligned(text)
    if whole.text != folded(text):  # characters that combine across what was dropped between them
        return AddressParts(rest=text.strip(), unknown="place")
    begun = _on(begin(whole.text), on)
    found = _located(begun, whole)
    start = begun.end + (found.end if found else 0)
    parts = _with_place(begun.place, found)
    parts = _with_town(replace(parts, unknown=_unknown(begun, found, whole)), begun, found, whole)
    return _with_numbers(parts, whole, start if found else _end_of_town(begun, whole))


def _on(begun: Beginning, on: date | None) -> Beginning:
    if on is None:
        return begun
    named = [place for place in _former().get(begun.way, ()) if place.in_force(on.isoformat())]
    return replace(begun, place=named[0]) if len(named) == 1 else begun


def _located(begun: Beginning, whole: Aligned) -> Located | None:
    rest = whole.text[begun.end :]
    codes = begun.place.became if begun.place.former else (begun.place.code,)
    if begun.place.name:
        found = [place for code in codes if code and (place := locate(code, rest))]
        places = {(place.code, place.name): place for place in found}
        return next(iter(places.values())) if len(places) == 1 else None
    return _guessed(begun, compatible(whole.written(begun.end)), rest)


def _guessed(begun: Beginning, written: str, rest: str) -> Located | None:
    """The town of an address without municipality, where only one municipality has a town of that name."""
    for length in range(min(len(written), _LONGEST_GUESS), 1, -1):
        if not _BOUNDARY.match(written[length:]):
            continue
        codes = [code for code in codes_with(written[:length]) if _in_prefecture(code, begun.place.prefecture)]
        if codes:
            return locate(codes[0], rest) if len(codes) == 1 else None
    return None


def _in_prefecture(code: str, prefecture: str) -> bool:
    return prefecture in ("", by_code()[code].prefecture)


def _with_place(named: Municipality, found: Located | None) -> AddressParts:
    place = by_code()[found.code] if found and not _ward_unsaid(named, found) else named
    if not found and named.former and named.code:
        place = by_code()[named.code]
    parts = AddressParts(place.prefecture, place.county, place.name, place.code)
    if not named.former:
        return parts
    old = replace(parts, old_name=named.name, old_code=named.own_code, became=named.became)
    return replace(old, since=named.since, until=named.until)


def _ward_unsaid(named: Municipality, found: Located) -> bool:
    """Whether the address names a city with wards as a whole: the ward is not filled in."""
    return not named.former and found.code in wards_of(named.code)


def _with_town(parts: AddressParts, begun: Beginning, found: Located | None, whole: Aligned) -> AddressParts:
    if found:
        street = whole.written(begun.end, begun.end + found.start)
        return replace(parts, street=street, town=found.name, chome=str(found.chome or ""))
    return replace(parts, town=_plain(whole.written(begun.end, _end_of_town(begun, whole))))


def _end_of_town(begun: Beginning, whole: Aligned) -> int:
    """Where the numbers begin that follow a town which the master does not know."""
    match = _NUMBERS.search(whole.text, begun.end)
    return match.start() if match else len(whole.text)


def _unknown(begun: Beginning, found: Located | None, whole: Aligned) -> str:
    rest = whole.text[begun.end :]
    if found:
        return "chome" if not found.chome and _ANOTHER_CHOME.match(rest[found.end :]) else ""
    if not begun.place.name:
        if not begun.place.prefecture:
            return "place"
        return "municipality" if rest else ""
    if not begun.place.former and not begun.place.code:
        return "ambiguous"
    return "town" if rest else ""


def _with_numbers(parts: AddressParts, whole: Aligned, start: int) -> AddressParts:
    match = _NUMBERS.search(whole.text, start)
    first, last = match.span() if match else (len(whole.text), len(whole.text))
    _, numbers, _ = split(with_hyphens(whole.text[first:last]))
    block, number, branch = (*numbers.split("-", 2), "", "")[:3]
    last = last if match else start
    building = whole.text[last:].strip("-")
    return replace(
        parts,
        aza=whole.written(start, first) if match else "",
        block=block,
        number=number,
        branch=branch,
        building=_plain(whole.written(last)),
        floor=_first(_FLOOR, building),
        room=_first(_ROOM, building),
        rest=_plain(whole.written(start)),
    )


def _plain(written: str) -> str:
    return written.translate(_DIGITS)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


@cache
def _former() -> dict[str, tuple[Municipality, ...]]:
    return former_ways(folded)
