"""Postal codes and the municipalities that they serve."""

import csv
import gzip
from collections import defaultdict
from functools import cache
from importlib.resources import files

from shared.people.municipalities import wards

_DATA = files("shared.people") / "data" / "postal.csv.gz"


def postal_municipalities(postal_code: str) -> frozenset[str]:
    """The six-digit codes of the municipalities and wards that a postal code serves; empty when it is unknown."""
    return _by_postal_code().get(postal_code, frozenset())


def disagrees(postal_code: str, municipality_code: str) -> bool:
    """Whether both are known and the postal code serves another municipality; a city with wards includes its wards."""
    served = postal_municipalities(postal_code)
    return bool(served) and municipality_code != "" and not served & _inside(municipality_code)


@cache
def postal_pairs() -> tuple[tuple[str, str], ...]:
    """(postal code, municipality code), one for each municipality that a postal code serves."""
    with gzip.open(_DATA.open("rb"), "rt", encoding="ascii") as table:
        return tuple((postal_code, municipality) for postal_code, municipality in csv.reader(table))


@cache
def _by_postal_code() -> dict[str, frozenset[str]]:
    served: defaultdict[str, set[str]] = defaultdict(set)
    for postal_code, municipality in postal_pairs():
        served[postal_code].add(municipality)
    return {postal_code: frozenset(codes) for postal_code, codes in served.items()}


def _inside(municipality_code: str) -> frozenset[str]:
    return frozenset((municipality_code, *wards().get(municipality_code, ())))
