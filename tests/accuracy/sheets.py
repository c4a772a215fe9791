"""A record in parts, with the manner in which each part is written, and the six texts that come of it."""

from dataclasses import dataclass, field

from simulators.people.spelling import half_kana
from tests.accuracy.people import Home, Person
from tests.accuracy.tables import same_letters, tables

TEXTS = ("name_kana", "name_kanji", "birth_date", "sex", "postal_code", "address")
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_POSITIONS = str.maketrans("0123456789", "〇一二三四五六七八九")
_DIGITS = "〇一二三四五六七八九"


@dataclass(slots=True)
class Manner:
    """How an address is written; as it stands here, the registry's way."""

    prefecture: bool = True
    county: bool = True
    ward: bool = True
    street: bool = True
    word: bool = True  # 大字, 字
    aza: str = "字"  # 字, nothing before the name, or no name at all (-)
    town: bool = True
    chome: str = "kanji"  # kanji, wide, hyphen
    number: str = "full"  # full, mixed (番地 with 号), plain (no 番地, 号), hyphen, kanji, of (番地の), short (の)
    hyphen: str = "－"
    numbers: bool = True
    building: str = "full"  # full, short, none, number
    room: str = "号"  # what follows a room's number
    gap: str = "　"  # before the building
    former_city: str = ""  # written in place of county, city and ward
    letters: tuple[tuple[str, str], ...] = ()  # characters of the place written otherwise
    half: bool = False  # digits half width


@dataclass(slots=True)
class Sheet:
    """What one side says of a person. `kanji` and `kana` replace the parts where they are not empty."""

    family: str
    given: str
    family_kana: str
    given_kana: str
    birth: str
    born: str  # the date that `birth` means, YYYYMMDD
    sex: str
    home: Home
    latin: bool
    kanji: str = ""
    kana: str = ""
    address: str = ""
    other_name: bool = False  # whether `kanji` is another name, not another way to write this one
    blank: str = "　"
    bracket: str = ""  # what stands in brackets behind the family name
    tail: str = ""  # and behind the whole name
    without_reading: bool = False
    empty: set[str] = field(default_factory=set)
    manner: Manner = field(default_factory=Manner)

    @property
    def name(self) -> str:
        """The name in kanji or Latin letters."""
        return (self.kanji or self.family + self.bracket + self.blank + self.given) + self.tail

    @property
    def reading(self) -> str:
        """The reading in full-width kana."""
        return "" if self.without_reading else self.kana or self.family_kana + "　" + self.given_kana


def sheet_of(person: Person) -> Sheet:
    """The person written without any fault."""
    return Sheet(
        person.family, person.given, person.family_kana, person.given_kana,
        person.birth, person.birth, person.sex, person.home, person.latin,
    )  # fmt: skip


def held_texts(sheet: Sheet) -> tuple[str, ...]:
    """The six texts as the registry answers."""
    address = sheet.address or written(sheet.home, sheet.manner)
    texts = (sheet.reading, sheet.name, sheet.birth, sheet.sex, sheet.home.postal, address)
    return _emptied(sheet, texts)


def asked_texts(sheet: Sheet) -> tuple[str, ...]:
    """The six texts as a plan's file carries them: the reading half width."""
    address = sheet.address or written(sheet.home, sheet.manner)
    texts = (half_kana(sheet.reading), sheet.name, sheet.birth, sheet.sex, sheet.home.postal, address)
    return _emptied(sheet, texts)


def _emptied(sheet: Sheet, texts: tuple[str, ...]) -> tuple[str, ...]:
    if not sheet.empty:
        return texts
    return tuple("" if name in sheet.empty else text for name, text in zip(TEXTS, texts, strict=True))


def written(home: Home, manner: Manner) -> str:
    """The address in this manner."""
    place = home.prefecture if manner.prefecture else ""
    if manner.former_city:
        place += manner.former_city
    else:
        place += (home.county if manner.county else "") + home.city + (home.ward if manner.ward else "")
    if home.street and manner.street:
        place += home.street
    if manner.town:
        place += (home.word if manner.word else "") + home.town
    for letter, other in manner.letters:
        place = place.replace(letter, other)
    text = place + _numbered(home, manner) + _building(home, manner)
    return text if manner.half else text.translate(_WIDE)


def _numbered(home: Home, manner: Manner) -> str:
    aza = "" if not home.aza or manner.aza == "-" else manner.aza + home.aza
    chome, joint = _chome(home, manner)
    if not manner.numbers:
        return (chome + aza + home.mark).removesuffix(manner.hyphen)
    numbers = [str(number) for number in home.numbers]
    if manner.number == "kanji":
        return chome + aza + home.mark + _worded(home, [number.translate(_POSITIONS) for number in numbers])
    if manner.number == "full":
        return chome + aza + home.mark + _worded(home, numbers)
    if manner.number == "mixed":
        return chome + home.mark + f"{numbers[0]}番地{numbers[1]}号"
    if manner.number == "of":
        return chome + aza + home.mark + "番地の".join(numbers) + ("番地" if len(numbers) == 1 else "")
    if manner.number == "plain":
        return chome + aza + home.mark + "番".join(numbers)
    return chome + aza + home.mark + ("の" if manner.number == "short" and not joint else manner.hyphen).join(numbers)


def _worded(home: Home, numbers: list[str]) -> str:
    if home.by_block:
        return f"{numbers[0]}番{numbers[1]}号"
    return f"{numbers[0]}番地" + "".join(numbers[1:])


def _chome(home: Home, manner: Manner) -> tuple[str, bool]:
    """The 丁目 as written, and whether it is the first of a chain of hyphens."""
    if not home.chome:
        return "", False
    if manner.chome == "hyphen" and manner.numbers:
        return f"{home.chome}{manner.hyphen}", True
    if manner.chome == "kanji":
        return f"{kanji_number(home.chome)}丁目", False
    return f"{home.chome}丁目", False


def kanji_number(value: int) -> str:
    """21 -> 二十一, below a hundred."""
    tens, units = divmod(value, 10)
    return ("" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[units] if units else "")


def _building(home: Home, manner: Manner) -> str:
    if not home.building or manner.building == "none":
        return ""
    if manner.building == "number":
        return f"{manner.hyphen}{home.room}"
    name = home.building
    if manner.building == "short":
        name = _shortened(name)
    return f"{manner.gap}{name}{home.wing}{home.room}{manner.room}"


def _shortened(name: str) -> str:
    for whole, short in tables()["place"]["short"]:
        name = name.replace(whole, short)
    return name


def tells_apart(asked: Sheet, held: Sheet, stranger: Person) -> bool:
    """Whether anything that the asked sheet says is untrue of the stranger; what a side leaves out tells nothing."""
    said = asked.kanji if asked.other_name else asked.family + asked.given
    name = same_letters(said) not in _names(held, stranger)
    born = asked.born != stranger.birth
    return (
        name or born or asked.sex != stranger.sex or _other_place(asked, stranger.home, held.manner.building != "none")
    )


def _names(held: Sheet, stranger: Person) -> set[str]:
    """All names under which the registry has the stranger: the name, the former one, the 通称."""
    former = held.bracket.strip("（）") + stranger.given if held.bracket else ""
    return {same_letters(name) for name in (stranger.family + stranger.given, former, held.tail.strip("（）")) if name}


def _other_place(asked: Sheet, other: Home, built: bool) -> bool:
    """Whether the written parts of the address are another place's."""
    home, manner = asked.home, asked.manner
    known = {
        "prefecture": manner.prefecture,
        "county": manner.county or bool(manner.former_city),
        "city": True,
        "ward": manner.former_city not in tables()["former"]["several"] if manner.former_city else manner.ward,
        "town": manner.town,
        "chome": True,
        "aza": manner.aza != "-",
        "mark": True,
        "numbers": manner.numbers,
        "building": built and manner.building in ("full", "short"),
        "wing": built and manner.building in ("full", "short"),
        "room": built and manner.building != "none",
    }
    if manner.building == "number":  # 12-301: a room, or a house number of two parts
        read_on = (*home.numbers, home.room) == other.numbers
        known |= dict.fromkeys(("numbers", "room"), not read_on)
    return any(getattr(home, part) != getattr(other, part) for part, told in known.items() if told)
