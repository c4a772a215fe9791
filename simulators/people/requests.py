"""Request files as plans send them (`pfa-request-1`), each with a truth file beside it.

The truth file says of each record what is wrong with it and what should come of it:
line, serial, member_id, person, expected (accepted | rejected | any), codes and outcomes (any of these), why.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np

from simulators.people import spelling
from simulators.people.dirt import clean_row, outcomes_of, soiled
from simulators.people.members import Member

KIND_CODES = {"provisional": "1", "main": "2", "my_number": "3", "deletion": "4"}
TRUTH_COLUMNS = ("line", "serial", "member_id", "person", "expected", "codes", "outcomes", "why")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Fault(StrEnum):
    """What is wrong with a file as a whole."""

    WRONG_ENCODING = "wrong-encoding"  # says one character set and is written in another: F01
    NO_TRAILER = "no-trailer"  # F05
    WRONG_TOTAL = "wrong-total"  # F06
    OTHER_PLAN = "other-plan"  # the header names another plan: F03


FAULT_CODES = {
    Fault.WRONG_ENCODING: "F01",
    Fault.NO_TRAILER: "F05",
    Fault.WRONG_TOTAL: "F06",
    Fault.OTHER_PLAN: "F03",
}


@dataclass(frozen=True)
class Envelope:
    """What a file says of itself."""

    plan_number: str
    kind: str  # provisional | main | my_number | deletion
    created: date
    media_serial: int = 1
    charset: str = "cp932"

    @property
    def file_name(self) -> str:
        """The name that the file has on a disc."""
        code = KIND_CODES[self.kind]
        return f"S{self.plan_number}_{code}_{self.created:%Y%m%d}_{self.media_serial:03d}.csv"


@dataclass(frozen=True)
class RequestFile:
    """A written request file."""

    path: Path
    truth: Path
    envelope: Envelope
    records: int
    sha256: str


@dataclass(frozen=True)
class Record:
    """One data record and the truth about it."""

    fields: Sequence[str]  # behind record type and serial
    member_id: str
    person: int | None
    expected: str = "accepted"
    codes: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    why: str = ""


def provisional_records(members: Iterable[Member], seed: int, *, dirty: bool = True) -> list[Record]:
    """Records that ask for members by the four items."""
    rng = np.random.default_rng([seed, 1])
    records: list[Record] = []
    for member in members:
        clean = clean_row(member.member_id, member.known)
        row, dirt = soiled(clean, rng) if dirty else (clean, [])
        told = outcomes_of(dirt, member.outcomes)
        why = "; ".join([one.name for one in dirt] + [member.why])
        codes = tuple(code for one in dirt for code in one.codes)
        expected = next((one.told for one in dirt if one.told != "accepted"), "accepted")
        records.append(Record(row.fields(), row.member_id, member.person, expected, codes, told, why))
    return _with_doubles(records, rng) if dirty and len(records) >= 100 else records


def _with_doubles(records: list[Record], rng: np.random.Generator) -> list[Record]:
    """Adds a member id used twice and a person asked for twice."""
    sound = [record for record in records if record.expected == "accepted" and not record.codes]
    one, other, third = (sound[int(at)] for at in rng.choice(len(sound), 3, replace=False))
    same_id = Record(
        [one.member_id, *other.fields[1:]],
        one.member_id,
        other.person,
        "rejected",
        ("R11", "R12"),
        (),
        "member id twice",
    )
    same_person = Record(
        ["X" + third.member_id[1:], *third.fields[1:]],
        "X" + third.member_id[1:],
        third.person,
        "rejected",
        ("R12",),
        (),
        "person twice",
    )
    doubled = {one.member_id, other.member_id, third.member_id}
    marked = [
        Record(r.fields, r.member_id, r.person, "any", ("R11", "R12"), r.outcomes, r.why + "; asked for twice")
        if r.member_id in doubled
        else r
        for r in records
    ]
    return [*marked, same_id, same_person]


def number_records(
    asked: Iterable[tuple[str, str]], kind: str, seed: int, *, foreign_numbers: Sequence[str] = (), dirty: bool = True
) -> list[Record]:
    """Records that ask by (member id, inquiry number); `foreign_numbers` were issued to other plans."""
    rng = np.random.default_rng([seed, 2])
    reason = ("1",) if kind == "deletion" else ()
    records = [Record([member, number, *reason], member, None) for member, number in asked]
    if not dirty or len(records) < 20:
        return records
    picks = iter(rng.permutation(len(records)).tolist())
    at = next(picks)
    records[at] = _refused(records[at], 1, _mistyped(records[at].fields[1]), ("R13",), "wrong check character")
    if foreign_numbers:
        at = next(picks)
        records[at] = _refused(records[at], 1, foreign_numbers[0], ("R14",), "number of another plan")
    if kind == "deletion":
        at = next(picks)
        records[at] = _refused(records[at], 2, "5", ("R08",), "unknown reason")
    at = next(picks)
    return [*records, _refused(records[at], 0, records[at].member_id, ("R11", "R16"), "member id twice")]


def _refused(record: Record, field: int, value: str, codes: tuple[str, ...], why: str) -> Record:
    fields = list(record.fields)
    fields[field] = value
    return Record(fields, record.member_id, record.person, "rejected", codes, (), why)


def _mistyped(number: str) -> str:
    """The number with another last character."""
    return number[:-1] + _CROCKFORD[(_CROCKFORD.index(number[-1]) + 1) % len(_CROCKFORD)]


def write_request(
    folder: Path, envelope: Envelope, records: Sequence[Record], fault: Fault | None = None
) -> RequestFile:
    """Writes the file and its truth into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = request_bytes(envelope, records, fault)
    path, truth = folder / envelope.file_name, folder / (Path(envelope.file_name).stem + ".truth.csv")
    path.write_bytes(data)
    _write_truth(truth, records, fault)
    return RequestFile(path, truth, envelope, len(records), hashlib.sha256(data).hexdigest())


def request_bytes(envelope: Envelope, records: Sequence[Record], fault: Fault | None = None) -> bytes:
    """The bytes of a request file."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\r\n")
    plan = "99999999" if fault is Fault.OTHER_PLAN else envelope.plan_number
    created, serial = f"{envelope.created:%Y%m%d}", f"{envelope.media_serial:03d}"
    out.writerow(["1", KIND_CODES[envelope.kind], plan, created, serial, envelope.charset])
    for number, record in enumerate(records, 1):
        out.writerow(["2", number, *(spelling.encodable(field, envelope.charset) for field in record.fields)])
    if fault is not Fault.NO_TRAILER:
        out.writerow(["9", len(records) + (fault is Fault.WRONG_TOTAL)])
    written_in = envelope.charset
    if fault is Fault.WRONG_ENCODING:
        written_in = "utf-8" if envelope.charset == "cp932" else "cp932"
    return text.getvalue().encode(written_in, errors="replace")


def _write_truth(path: Path, records: Sequence[Record], fault: Fault | None) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(TRUTH_COLUMNS)
        if fault is not None:
            out.writerow(["", "", "", "", "returned", FAULT_CODES[fault], "", f"the whole file: {fault}"])
            return
        for serial, record in enumerate(records, 1):
            person = "" if record.person is None else record.person
            codes, outcomes = ";".join(record.codes), ";".join(record.outcomes)
            out.writerow([serial + 1, serial, record.member_id, person, record.expected, codes, outcomes, record.why])
