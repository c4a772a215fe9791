"""The dirt that real request files carry, each kind with what a check or a match should make of it."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulators.people import spelling
from simulators.people.members import Known
from simulators.people.tables import names, old_municipalities, places


@dataclass(frozen=True)
class Row:
    """One data record of a provisional request, as text."""

    member_id: str
    kana: str
    kanji: str
    birth: str
    sex: str
    postal_code: str
    address: str

    def fields(self) -> list[str]:
        """The fields behind record type and serial."""
        return list(vars(self).values())


Soil = Callable[[Row, np.random.Generator], Row | None]


@dataclass(frozen=True)
class Dirt:
    """One kind of dirt. `soil` gives None where it cannot be applied to the row."""

    name: str
    share: float
    soil: Soil
    told: str = "accepted"  # what a check makes of the record: accepted, rejected, or any of the two
    codes: tuple[str, ...] = ()  # findings, any of which is right
    outcomes: tuple[str, ...] | None = None  # None: as for the clean row


def clean_row(member_id: str, known: Known) -> Row:
    """The record that a careful plan writes."""
    return Row(
        member_id, spelling.half_kana(known.kana), known.kanji, known.birth, known.sex, known.postal_code, known.address
    )


def _kana(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, kana=unicodedata.normalize("NFKC", row.kana))


def _half_digits(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, address=spelling.half_digits(row.address))


def _hyphens(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, address=spelling.hyphenated(row.address))


def _modern(row: Row, rng: np.random.Generator) -> Row | None:
    plain = spelling.modern(row.kanji)
    return replace(row, kanji=plain) if plain != row.kanji else None


def _era(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, birth=spelling.era_date(row.birth))


def _beyond_era(row: Row, rng: np.random.Generator) -> Row | None:
    if len(row.birth) != 8 or not ("19890108" <= row.birth < "19900101" or row.birth >= "20190501"):
        return None
    return replace(row, birth=spelling.era_date(row.birth, beyond=True))


def _other_postal_code(row: Row, rng: np.random.Generator) -> Row | None:
    towns = places().towns["postal_code"]
    other = towns[int(rng.integers(len(towns)))]
    return replace(row, postal_code=other) if other[:3] != row.postal_code[:3] else None


def _old_municipality(row: Row, rng: np.random.Generator) -> Row | None:
    for (prefecture, new), former in old_municipalities().items():
        if row.address.startswith(prefecture + new):
            rest = row.address[len(prefecture + new) :]
            return replace(row, address=prefecture + former[int(rng.integers(len(former)))] + rest)
    return None


def _wrong_birth(row: Row, rng: np.random.Generator) -> Row | None:
    day = int(row.birth[6:])
    return replace(row, birth=f"{row.birth[:6]}{day - 1 if day > 1 else 2:02d}")


def _wrong_sex(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, sex="1" if row.sex == "2" else "2")


def _wrong_birth_and_sex(row: Row, rng: np.random.Generator) -> Row | None:
    wrong = _wrong_birth(row, rng)
    return wrong and _wrong_sex(wrong, rng)


def _homophone(row: Row, rng: np.random.Generator) -> Row | None:
    """Another given name that sounds the same."""
    table = names().given
    family, _, given = row.kanji.partition("　")
    at = table["kanji"].index_of(given)
    other = table["kanji"][table["twin"][at]] if at is not None else given
    return replace(row, kanji=f"{family}　{other}") if other != given else None


def _stranger(row: Row, rng: np.random.Generator) -> Row | None:
    """A person whom the registry does not have: a name that nobody bears."""
    return replace(row, kana="ｿﾗﾉ ﾎｼﾐ", kanji="空野　星海")


def _set(**values: str) -> Soil:
    return lambda row, rng: replace(row, **values)


def _no_space(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, kanji=row.kanji.replace("　", ""))


def _gaiji(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, kanji="\ue000" + row.kanji[1:])


def _impossible_day(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, birth=row.birth[:4] + "0231")


def _long_address(row: Row, rng: np.random.Generator) -> Row | None:
    return replace(row, address=row.address + "別館" * 50)


WARNED: Sequence[Dirt] = (
    Dirt("half-width-digits", 0.03, _half_digits, codes=("W03",)),
    Dirt("hyphenated-address", 0.06, _hyphens),
    Dirt("modern-character", 0.60, _modern),
    Dirt("era-date", 0.06, _era),
    Dirt("beyond-era", 0.10, _beyond_era, codes=("W02",)),
    Dirt("postal-code-of-elsewhere", 0.008, _other_postal_code, codes=("W01",)),
    Dirt("old-municipality", 0.60, _old_municipality, codes=("W04", "R18"), outcomes=("10", "11", "41"), told="any"),
)
WRONG: Sequence[Dirt] = (
    Dirt("wrong-birth-date", 0.008, _wrong_birth, outcomes=("11", "20", "30", "40", "41")),
    Dirt("wrong-birth-date-and-sex", 0.003, _wrong_birth_and_sex, outcomes=("20", "30", "40")),
    Dirt("wrong-sex", 0.002, _wrong_sex, outcomes=("11", "20", "40", "41")),
    Dirt("homophone", 0.008, _homophone, outcomes=("11", "30", "40", "41")),
    Dirt("unknown-person", 0.008, _stranger, outcomes=("20",)),
)
REJECTED: Sequence[Dirt] = tuple(
    Dirt(name, share, soil, "rejected", codes)
    for name, share, soil, codes in (
        ("required-empty", 0.002, _set(kanji=""), ("R03",)),
        ("full-width-kana", 0.005, _kana, ("R04",)),
        ("wrong-characters", 0.002, _set(kana="ABC DEF?"), ("R04", "R10", "R17")),
        ("too-long", 0.002, _long_address, ("R05",)),
        ("no-such-date", 0.004, _impossible_day, ("R06",)),
        ("future-date", 0.002, _set(birth="20991231"), ("R07",)),
        ("unknown-sex", 0.002, _set(sex="3"), ("R08",)),
        ("private-use-character", 0.002, _gaiji, ("R09",)),
        ("name-in-one-part", 0.003, _no_space, ("R17",)),
        ("no-municipality", 0.002, _set(address="夢見県幻想市一丁目１番１号", postal_code=""), ("R18",)),
    )
)


def outcomes_of(befallen: Sequence[Dirt], clean: tuple[str, ...]) -> tuple[str, ...]:
    """What may come of an inquiry of which `clean` would come without the dirt."""
    special = [dirt.outcomes for dirt in befallen if dirt.outcomes]
    if any(dirt.told == "rejected" for dirt in befallen):
        return ()
    if not special or ("20",) in special:
        return special[0] if special else clean
    together = {outcome for outcomes in (*special, clean) for outcome in outcomes}
    if clean != ("10",) or len(special) > 1:  # more than one item differs
        together |= {"20", "40"}
    return tuple(sorted(together))


def soiled(row: Row, rng: np.random.Generator) -> tuple[Row, list[Dirt]]:
    """The row with what befell it; at most one thing that gets it rejected, and nothing else then."""
    for dirt in REJECTED:
        if rng.random() < dirt.share:
            return dirt.soil(row, rng) or row, [dirt]
    befallen = []
    for dirt in (*WRONG, *WARNED):
        changed = dirt.soil(row, rng) if rng.random() < dirt.share else None
        if changed is not None:
            row = changed
            befallen.append(dirt)
            if dirt.outcomes == ("20",):
                break
    return row, befallen
