"""Four months of a small office: all that is plainly misuse is found, and few cases are about nothing."""

from datetime import date

from tests.misuse.judged import compare, live_through
from tests.misuse.planted import DEEDS

FALSE_CASES_A_MONTH = 3


def test_planted_misuse_is_found_among_ordinary_work() -> None:
    year = live_through(date(2026, 1, 5), date(2026, 4, 30), operators=5, clerks=3, times=1, seed=1)
    outcome = compare(year)
    missed = [
        f"{rule}/{strength}"
        for rule in DEEDS
        for strength in ("middling", "strong")
        if outcome.found[rule][strength] < outcome.planted[rule][strength]
    ]
    assert missed == []
    unseen = {rule for rule in DEEDS if outcome.in_case[rule]["strong"] < outcome.planted[rule]["strong"]}
    assert unseen == set()
    assert outcome.found["bulk-reading"]["weak"] == 0  # a little more than usual is no misuse
    assert outcome.found["own-or-colleague"]["weak"] == 0  # a tie that nobody declared, no rule can know
    assert outcome.false_cases <= FALSE_CASES_A_MONTH * 4
