"""What happens to dates of birth and to the sex."""

from datetime import date, timedelta
from functools import cache
from random import Random

from tests.accuracy.kinds import Happening, Kind, kinds_of
from tests.accuracy.sheets import Sheet

# Code, the year before the first one, first day: the pension offices' way to write eras.
_ERAS = (("9", 2018, "20190501"), ("7", 1988, "19890108"), ("5", 1925, "19261225"), ("3", 1911, "19120730"))


def _in_era(birth: str, later: int = 0) -> str:
    """Era code and YYMMDD; `later` counts on in the era before. Empty where that cannot be written."""
    at = next((at for at, (_, _, first) in enumerate(_ERAS) if birth >= first), len(_ERAS)) + later
    if at >= len(_ERAS):
        return ""
    code, before, _ = _ERAS[at]
    year = int(birth[:4]) - before
    return f"{code}{year:02d}{birth[4:]}" if 0 < year < 100 else ""


def _era(asked: Sheet, held: Sheet, rng: Random) -> bool:
    written = _in_era(asked.birth) if len(asked.birth) == 8 else ""
    asked.birth = written or asked.birth
    return bool(written)


def _beyond_era(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """昭和 counted on into the first year of 平成, 平成 into 令和."""
    first_year = "19890108" <= asked.birth < "19900101" or asked.birth >= "20190501"
    written = _in_era(asked.birth, 1) if first_year and len(asked.birth) == 8 else ""
    asked.birth = written or asked.birth
    return bool(written)


def _set(asked: Sheet, born: str) -> bool:
    """Another date, if it is a day at all and past ones only."""
    changed = _is_day(born) and born != asked.born and "19000101" <= born <= "20260401"
    if changed:
        asked.birth = asked.born = born
    return changed


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _digit(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """One digit of the date is another one."""
    for _ in range(12):
        at = rng.randrange(2, 8)
        if _set(asked, asked.born[:at] + rng.choice("0123456789") + asked.born[at + 1 :]):
            return True
    return False


def _digits_exchanged(asked: Sheet, held: Sheet, rng: Random) -> bool:
    for at in rng.sample(range(2, 7), 5):
        born = asked.born
        if _set(asked, born[:at] + born[at + 1] + born[at] + born[at + 2 :]):
            return True
    return False


def _day_and_month(asked: Sheet, held: Sheet, rng: Random) -> bool:
    return _set(asked, asked.born[:4] + asked.born[6:] + asked.born[4:6])


def _next_year(asked: Sheet, held: Sheet, rng: Random) -> bool:
    return _set(asked, f"{int(asked.born[:4]) + rng.choice((-1, 1))}{asked.born[4:]}")


def _next_day(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if not _is_day(asked.born):
        return False
    day = date(int(asked.born[:4]), int(asked.born[4:6]), int(asked.born[6:])) + timedelta(days=rng.choice((-1, 1)))
    return _set(asked, day.strftime("%Y%m%d"))


def _era_slip(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The year of one era taken for that of another: 昭和5年 for 平成5年."""
    by = rng.choice((63, -63, 14, -14, 30, -30))
    return _set(asked, f"{int(asked.born[:4]) + by}{asked.born[4:]}")


def _unknown(zeros: str) -> Happening:
    def befalls(asked: Sheet, held: Sheet, rng: Random) -> bool:
        """The registry knows the year or the month only."""
        held.birth = held.birth[: 8 - len(zeros)] + zeros
        return True

    return befalls


def _impossible(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The registry holds a day that never was; the plan has the day after it."""
    year = held.birth[:4]
    held.birth, asked.birth, asked.born = f"{year}0231", f"{year}0301", f"{year}0301"
    return True


def _birth_empty(asked: Sheet, held: Sheet, rng: Random) -> bool:
    asked.empty.add("birth_date")
    return True


def _other_sex(asked: Sheet, held: Sheet, rng: Random) -> bool:
    asked.sex = "2" if asked.sex == "1" else "1"
    return True


def _sex_empty(asked: Sheet, held: Sheet, rng: Random) -> bool:
    asked.empty.add("sex")
    return True


@cache
def date_kinds() -> tuple[Kind, ...]:
    """All that happens to dates of birth and to the sex."""
    births = kinds_of(
        "birth",
        (
            ("birth: one digit", "wrong", 0.001, _digit),
            ("birth: digits exchanged", "wrong", 0.0003, _digits_exchanged),
            ("birth: day and month exchanged", "wrong", 0.0002, _day_and_month),
            ("birth: a year off", "wrong", 0.0005, _next_year),
            ("birth: a day off", "wrong", 0.0003, _next_day),
            ("birth: another era", "wrong", 0.0003, _era_slip),
            ("birth: in era years", "right", 0.3, _era),
            ("birth: counted on beyond the era", "right", 0.05, _beyond_era),
            ("birth: the registry knows no day", "unclear", 0.0005, _unknown("00")),
            ("birth: the registry knows no month", "unclear", 0.0005, _unknown("0000")),
            ("birth: impossible day in the registry", "unclear", 0.0001, _impossible),
            ("birth: empty", "unclear", 0.0, _birth_empty),
        ),
    )
    sexes = kinds_of(
        "sex", (("sex: the other", "wrong", 0.0005, _other_sex), ("sex: empty", "unclear", 0.0, _sex_empty))
    )
    return births + sexes
