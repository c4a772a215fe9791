"""A person as a file describes one: raw as written, and normalised for comparing."""

from dataclasses import dataclass

from shared.people.addresses import Address, read_address
from shared.people.dates import BirthDate, read_birth
from shared.people.kana import kana_key
from shared.people.names import kanji_key

ITEMS = ("name_kana", "name_kanji", "birth_date", "sex", "postal_code", "address")


@dataclass(frozen=True)
class RawPerson:
    """The items as written; empty where nothing is known."""

    name_kana: str
    name_kanji: str
    birth_date: str
    sex: str
    postal_code: str = ""
    address: str = ""


@dataclass(frozen=True)
class NormalPerson:
    """The items in the form in which they are compared; never shown in place of the raw ones."""

    kana_key: str
    kanji_key: str
    birth: BirthDate
    sex: str
    postal_code: str
    address: Address


def normalise(raw: RawPerson) -> NormalPerson:
    """The person in comparable form; nothing is refused."""
    return NormalPerson(
        kana_key(raw.name_kana),
        kanji_key(raw.name_kanji),
        read_birth(raw.birth_date.strip()),
        raw.sex.strip(),
        raw.postal_code.strip(),
        read_address(raw.address),
    )
