"""The R and W findings of one record, all of them at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from shared.check.characters import FOLDED, READABLE_SERIAL, foldable
from shared.check.field_rules import character_rule, field_rules, western_birth
from shared.check.seen import SeenTexts
from shared.layouts import Layout, RecordSpec
from shared.people.addresses import Address, read_address
from shared.people.inquiry_numbers import canonical, is_inquiry_number
from shared.people.kana import kana_key
from shared.people.names import kanji_key
from shared.people.postal import disagrees

Found = tuple[str, str]
"""Field, code."""
_SERIAL: Final = re.compile(READABLE_SERIAL[1:-1])


class RecordRules:
    """The rules of one form of data record, for the records of one file in order."""

    def __init__(self, layout: Layout, record: RecordSpec, today: date) -> None:
        self._columns = record.columns
        self._form = [(spec.name, field_rules(layout, spec, today)) for spec in record.fields]
        self._characters = [(spec.name, character_rule(spec)) for spec in record.fields if spec.characters]
        self._folded = [name for name in FOLDED if name in record.columns]
        self._is_provisional = "name_kanji" in record.columns
        self._offset = -1  # what serial minus ordinal was last; the first record has serial 1 at ordinal 2
        self._members = SeenTexts()
        self._same = SeenTexts()

    def findings(self, ordinal: int, values: Sequence[str]) -> Iterator[Found]:
        """What is wrong with the record of these values, alone or beside those before it; some may come twice."""
        fields = dict(zip(self._columns, values, strict=True))
        for name in self._folded:
            fields[name] = foldable(fields[name])
        for name, rules in self._form:
            for rule in rules:
                for code in rule(fields[name]):
                    yield name, code
        yield from self._of_person(ordinal, fields) if self._is_provisional else self._of_number(ordinal, fields)

    def _of_person(self, ordinal: int, fields: Mapping[str, str]) -> Iterator[Found]:
        address = read_address(fields["address"])
        yield from self._of_characters(fields)
        yield from _of_address(fields, address)
        yield from self._of_order(ordinal, fields)
        if self._same.add(_person_key(fields, address)):
            yield "name_kanji", "R12"

    def _of_number(self, ordinal: int, fields: Mapping[str, str]) -> Iterator[Found]:
        written = fields["inquiry_number"]
        number = canonical(written)
        well_formed = is_inquiry_number(number)
        if written and not well_formed:
            yield "inquiry_number", "R13"
        if written != number and well_formed:
            yield "inquiry_number", "W03"
        yield from self._of_characters(fields)
        yield from self._of_order(ordinal, fields)
        if well_formed and self._same.add(number):
            yield "inquiry_number", "R16"

    def _of_characters(self, fields: Mapping[str, str]) -> Iterator[Found]:
        for name, rule in self._characters:
            for code in rule(fields[name]):
                yield name, code

    def _of_order(self, ordinal: int, fields: Mapping[str, str]) -> Iterator[Found]:
        """A serial must follow the readable one before it, at the distance of their records; members come once."""
        if _SERIAL.fullmatch(fields["serial"]):
            offset = int(fields["serial"]) - ordinal
            if offset != self._offset:
                yield "serial", "R02"
            self._offset = offset
        if self._members.add(fields["member_id"]) and fields["member_id"]:
            yield "member_id", "R11"


def _of_address(fields: Mapping[str, str], address: Address) -> Iterator[Found]:
    if fields["address"] and not address.municipality_code and not address.old_name:
        yield "address", "R18"
    if address.old_name:
        yield "address", "W04"
    if disagrees(fields["postal_code"], address.municipality_code):
        yield "postal_code", "W01"


def _person_key(fields: Mapping[str, str], address: Address) -> str:
    """Records whose four items are alike, however written, share it."""
    birth = western_birth(fields["birth_date"]) or fields["birth_date"]
    return "\n".join(
        (kana_key(fields["name_kana"]), kanji_key(fields["name_kanji"]), birth, fields["sex"], address.key)
    )
