"""Other people who look like the one asked for: ways in which strangers were or could be taken for one another."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random
from typing import Final

from simulators.people import tables as simulated
from tests.accuracy.people import (
    Home,
    Person,
    divided,
    family_name,
    foreigners,
    given_name,
    home,
    in_prefecture,
    readings,
    same_named,
)
from tests.accuracy.people import person as draw
from tests.accuracy.tables import same_letters, tables

Lookalike = Callable[[Person, Random], Person | None]


def _given(person: Person, rng: Random) -> tuple[str, str]:
    while (other := given_name(rng, person.sex, int(person.birth[:4])))[0] == person.given:
        pass
    return other


def _named(person: Person, given: str, kana: str) -> Person | None:
    """The person with another given name; none where that is only another way to write it."""
    other = replace(person, given=given, given_kana=kana, former=("", ""))
    return None if same_letters(other.given) == same_letters(person.given) else other


def _twin(person: Person, rng: Random) -> Person | None:
    return None if person.latin else _named(person, *_given(person, rng))


def _twin_one_letter(person: Person, rng: Random) -> Person | None:
    """健一 and 健二."""
    if person.latin or len(person.given) < 2:
        return None
    other = rng.choice([letter for letter in "一二三子美代郎男夫樹香江" if letter != person.given[-1]])
    return _named(person, person.given[:-1] + other, person.given_kana[:-1] + rng.choice("コミヨロトキエ"))


def _twin_homophone(person: Person, rng: Random) -> Person | None:
    """Another name that sounds the same."""
    others = [kanji for kanji in readings().get(person.given_kana, ()) if kanji != person.given]
    return _named(person, rng.choice(others), person.given_kana) if others and not person.latin else None


def _twin_lookalike(person: Person, rng: Random) -> Person | None:
    """A name with the character that is taken for its own."""
    for letter, other in tables()["confused"].items():
        if letter in person.given and not person.latin:
            return _named(person, person.given.replace(letter, other), person.given_kana)
    return None


def _twin_more(person: Person, rng: Random) -> Person | None:
    """恵 and 恵子, 健 and 健太."""
    if person.latin or len(person.given) > 2:
        return None
    kanji, kana = ("子", "コ") if person.sex == "2" else ("太", "タ")
    return _named(person, person.given + kanji, person.given_kana + kana)


def _twin_mirrored(person: Person, rng: Random) -> Person | None:
    """美由 and 由美."""
    if person.latin or len(person.given) != 2:
        return None
    return _named(person, person.given[::-1], person.given_kana[1:] + person.given_kana[:1])


def _sibling(person: Person, rng: Random) -> Person | None:
    sibling = draw(rng, (person.family, person.family_kana), person.sex, rng.randrange(18, 90), person.home)
    return None if person.latin else _named(sibling, *_given(person, rng))


def _of_other_year(person: Person, by: int) -> Person | None:
    born = f"{int(person.birth[:4]) + by}{person.birth[4:]}"
    possible = "19100101" < born < "20110101" and not born.endswith("0229")
    return replace(person, birth=born) if possible else None


def _parent_same_day(person: Person, rng: Random) -> Person | None:
    """Father and son of one name, born on the same day of the year."""
    return _of_other_year(person, -rng.randrange(20, 40))


def _parent_same_era_year(person: Person, rng: Random) -> Person | None:
    """昭和5年 and 平成5年: the same six digits in era years."""
    return _of_other_year(person, rng.choice((-63, 63, -14, 14, 30, -30)))


def _parent_lookalike(person: Person, rng: Random) -> Person | None:
    other = _twin_one_letter(person, rng)
    return other and _of_other_year(other, -rng.randrange(20, 40))


def _born_next_day(person: Person, rng: Random) -> Person | None:
    day = int(person.birth[6:])
    return replace(person, birth=f"{person.birth[:6]}{day + 1 if day < 28 else day - 1:02d}")


def _born_digits_exchanged(person: Person, rng: Random) -> Person | None:
    day, month = person.birth[6:], person.birth[4:6]
    return replace(person, birth=person.birth[:4] + day + month) if day != month and int(day) < 13 else None


def _opposite_twin(person: Person, rng: Random) -> Person | None:
    """A twin of the other sex with the same name in the registry: 光 and 光."""
    return replace(person, sex="2" if person.sex == "1" else "1")


def _at(place: Callable[[Home, Random], Home | None]) -> Lookalike:
    """A namesake born on the same day who lives elsewhere."""

    def lookalike(person: Person, rng: Random) -> Person | None:
        other = place(person.home, rng)
        return replace(person, home=other) if other and other != person.home else None

    return lookalike


def _anywhere(place: Home, rng: Random) -> Home:
    return home(rng)


def _same_city(place: Home, rng: Random) -> Home:
    moved = home(rng)
    return replace(
        place, street="", word=moved.word, town=moved.town, chome=moved.chome, aza="", mark="",
        numbers=moved.numbers, by_block=moved.by_block, postal=moved.postal,
    )  # fmt: skip


def _other_number(place: Home, rng: Random) -> Home:
    numbers = list(place.numbers)
    numbers[rng.randrange(len(numbers))] += rng.choice((1, 2, 10, 100))
    return replace(place, numbers=tuple(numbers))


def _numbers_exchanged(place: Home, rng: Random) -> Home:
    return replace(place, numbers=place.numbers[::-1])


def _digits_shifted(place: Home, rng: Random) -> Home | None:
    """1-23-4 and 12-3-4: the same digits, parted elsewhere."""
    if 0 < place.chome < 10 and place.numbers[0] > 10:
        first, rest = divmod(place.numbers[0], 10) if place.numbers[0] % 10 else (0, 0)
        return replace(place, chome=place.chome * 10 + first, numbers=(rest, *place.numbers[1:])) if first else None
    if len(place.numbers) == 2 and place.numbers[1] > 10:
        first, rest = divmod(place.numbers[1], 10)
        return replace(place, numbers=(place.numbers[0] * 10 + first, rest)) if rest else None
    return None


def _shorter_number(place: Home, rng: Random) -> Home | None:
    """12番地 beside 12番地3."""
    if place.by_block:
        return None
    return replace(place, numbers=place.numbers[:1] if len(place.numbers) > 1 else (*place.numbers, 2))


def _other_chome(place: Home, rng: Random) -> Home | None:
    return replace(place, chome=place.chome + rng.choice((1, 10))) if place.chome else None


def _other_room(place: Home, rng: Random) -> Home | None:
    return replace(place, room=place.room + rng.choice((1, 100))) if place.room else None


def _room_as_number(place: Home, rng: Random) -> Home | None:
    """12番地301, a house, beside room 301 of 12番地."""
    if not place.room or len(place.numbers) > 1:
        return None
    return replace(place, numbers=(*place.numbers, place.room), building="", wing="", room=0)


def _other_municipality(place: Home, rng: Random) -> Home:
    """The town of the same name in another municipality of the prefecture."""
    other = home(rng, rng.choice(in_prefecture(place.prefecture)))
    return replace(place, county=other.county, city=other.city, ward=other.ward, code=other.code, postal="", street="")


def _other_building(place: Home, rng: Random) -> Home | None:
    """Another house on the same lot."""
    others = [name for name in tables()["place"]["buildings"] if name != place.building]
    return replace(place, building=rng.choice(others)) if place.building else None


def _other_wing(place: Home, rng: Random) -> Home | None:
    wings = tables()["place"]["wings"]
    return replace(place, wing=wings[wings.index(place.wing) - 1]) if place.wing else None


def _other_mark(place: Home, rng: Random) -> Home | None:
    marks = tables()["place"]["marks"]
    if place.mark in marks:
        return replace(place, mark=marks[marks.index(place.mark) - 1])
    return replace(place, mark=f"第{int(place.mark[1:-2]) + 1}地割") if place.mark else None


def _other_aza(place: Home, rng: Random) -> Home | None:
    others = [name for name in tables()["place"]["aza"] if name != place.aza]
    return replace(place, aza=tables()["place"]["other_aza"].get(place.aza, rng.choice(others))) if place.aza else None


def _other_ward(place: Home, rng: Random) -> Home | None:
    """The town of the same name in another ward."""
    wards = [ward for ward in _wards().get((place.prefecture, place.city), ()) if ward != place.ward]
    return replace(place, ward=rng.choice(wards), postal="") if place.ward and wards else None


@cache
def _wards() -> dict[tuple[str, str], list[str]]:
    wards: dict[tuple[str, str], list[str]] = {}
    for prefecture, city in simulated.places().municipalities.select("prefecture", "city").rows():
        _, rest, ward = divided(city)
        wards.setdefault((prefecture, rest), []).append(ward)
    return wards


def _other_prefecture(place: Home, rng: Random) -> Home | None:
    """The municipality of the same name in another prefecture: 府中市, 伊達市, 池田町."""
    rows = same_named(place.prefecture, place.city)
    if not rows or place.ward:
        return None
    other = home(rng, rng.choice(rows))
    return replace(place, prefecture=other.prefecture, county=other.county, code=other.code, postal=other.postal)


def _town_one_letter(place: Home, rng: Random) -> Home | None:
    """上中町 and 下中町, 東町 and 西町, 三番町 and 六番町."""
    for letter, other in ("上下", "東西", "南北", "三六", "大小", "本元", "新古", "中仲", "川河", "一二", "町条"):
        for a, b in ((letter, other), (other, letter)):
            if a in place.town:
                return replace(place, town=place.town.replace(a, b, 1))
    return None


def _town_more(place: Home, rng: Random) -> Home:
    """本町 and 本町南, 中町 and 東中町."""
    return replace(place, town=rng.choice(("東", "新", "上")) + place.town if rng.random() < 0.5 else place.town + "南")


def _same_reading(person: Person, rng: Random) -> Person | None:
    """Reading, sex and date alike, all else another's: how wrong links came about before 2023."""
    homophones = [kanji for kanji in readings().get(person.given_kana, ()) if kanji != person.given]
    other = replace(person, given=rng.choice(homophones)) if homophones else person
    return replace(other, home=home(rng))


def _spouse(person: Person, rng: Random) -> Person | None:
    sex = "2" if person.sex == "1" else "1"
    age = max(20, min(99, 2026 - int(person.birth[:4])))
    return None if person.latin else draw(rng, (person.family, person.family_kana), sex, age, person.home)


def _neighbour(person: Person, rng: Random) -> Person | None:
    """Next door, of the same age and sex."""
    if not person.home.room:
        return None
    place = replace(person.home, room=person.home.room + 1)
    given, kana = _given(person, rng)
    family = family_name(rng)
    return Person(family[0], given, family[1], kana, person.birth, person.sex, place)


def _other_family(person: Person, rng: Random) -> Person | None:
    """A lodger of the same given name, born on the same day."""
    family = family_name(rng)
    if person.latin or family[0] == person.family or same_letters(family[0]) == same_letters(person.family):
        return None
    return replace(person, family=family[0], family_kana=family[1], former=("", ""))


def _family_lookalike(person: Person, rng: Random) -> Person | None:
    """斎藤 and 斉藤 of the same given name under one roof."""
    for letter, other in tables()["confused"].items():
        if letter in person.family and not person.latin:
            return replace(person, family=person.family.replace(letter, other), former=("", ""))
    return None


def _latin_exchanged(person: Person, rng: Random) -> Person | None:
    """VAN ANH and ANH VAN: other names, of two siblings."""
    parts = person.given.split(" ")
    if not person.latin or len(parts) < 2:
        return None
    return replace(person, given=" ".join(reversed(parts)), given_kana=person.given_kana[2:] + person.given_kana[:2])


def _latin_shorter(person: Person, rng: Random) -> Person | None:
    parts = person.given.split(" ")
    return replace(person, given=parts[-1]) if person.latin and len(parts) > 1 else None


def _latin_letter(person: Person, rng: Random) -> Person | None:
    """JIYEON and JIYEONG, MIN and MINH."""
    return replace(person, given=person.given + rng.choice("GHEN")) if person.latin else None


def _latin_other(person: Person, rng: Random) -> Person | None:
    others = [row for row in foreigners() if row[0] == person.family and row[2] != person.given]
    return replace(person, given=rng.choice(others)[2]) if person.latin and others else None


def _unrelated(person: Person, rng: Random) -> Person | None:
    return draw(rng, family_name(rng), rng.choice("12"), rng.randrange(20, 95), home(rng))


LOOKALIKES: Final[dict[str, Lookalike]] = {
    "twin": _twin,
    "twin, one letter apart": _twin_one_letter,
    "twin, same reading": _twin_homophone,
    "twin, lookalike letter": _twin_lookalike,
    "twin, one letter more": _twin_more,
    "twin, letters mirrored": _twin_mirrored,
    "twin of the other sex, same name": _opposite_twin,
    "sibling": _sibling,
    "spouse": _spouse,
    "parent, same name and day of the year": _parent_same_day,
    "parent, same name and era digits": _parent_same_era_year,
    "parent, name one letter apart": _parent_lookalike,
    "namesake born a day apart": _born_next_day,
    "namesake, day and month exchanged": _born_digits_exchanged,
    "namesake anywhere": _at(_anywhere),
    "namesake in the same city": _at(_same_city),
    "namesake at another number": _at(_other_number),
    "namesake, numbers exchanged": _at(_numbers_exchanged),
    "namesake, digits parted elsewhere": _at(_digits_shifted),
    "namesake, a number more or less": _at(_shorter_number),
    "namesake in another 丁目": _at(_other_chome),
    "namesake in another room": _at(_other_room),
    "namesake, room as house number": _at(_room_as_number),
    "namesake in another municipality, same town": _at(_other_municipality),
    "namesake in another building": _at(_other_building),
    "namesake in another wing": _at(_other_wing),
    "namesake at another 甲乙 or 地割": _at(_other_mark),
    "namesake in another 小字": _at(_other_aza),
    "namesake in another ward": _at(_other_ward),
    "namesake, same municipality name elsewhere": _at(_other_prefecture),
    "namesake, town one letter apart": _at(_town_one_letter),
    "namesake, town with a word more": _at(_town_more),
    "same reading, sex and birth": _same_reading,
    "neighbour of the same age": _neighbour,
    "same given name, other family": _other_family,
    "same given name, lookalike family": _family_lookalike,
    "foreign, given names exchanged": _latin_exchanged,
    "foreign, a given name fewer": _latin_shorter,
    "foreign, a letter more": _latin_letter,
    "foreign, other given name": _latin_other,
    "unrelated": _unrelated,
}
