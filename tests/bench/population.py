"""The benchmark's people and files: made once, apart from what is measured."""

import sys
from datetime import date
from pathlib import Path

from simulators.people.generate import generate
from simulators.people.members import draw_members
from simulators.people.requests import Envelope, provisional_records, request_bytes

REVIEWS = 25
PLANS = ("00000101", "00000102", "00000103", "00000104")


def make(count: int, folder: Path) -> None:
    """A registry and one request file a plan, together `count` inquiries with ordinary dirt.

    None is to be rejected, and of those that a person would have to decide only a few stay: the benchmark times the
    system, not the clicking.
    """
    registry = generate(count + count // 20, 2026, folder / "registry")
    for number, plan in enumerate(PLANS):
        members = draw_members(registry, plan, count // len(PLANS), date(2026, 4, 1))
        records = provisional_records(members, number)
        doubtful = [record for record in records if {"11", "41"} & set(record.outcomes)][REVIEWS:]
        left_out = {record.member_id for record in doubtful}
        sound = [each for each in records if each.expected == "accepted" and each.member_id not in left_out]
        envelope = Envelope(plan, "provisional", date(2026, 6, 1))
        (folder / f"{plan}.csv").write_bytes(request_bytes(envelope, sound))


if __name__ == "__main__":
    make(int(sys.argv[1]), Path(sys.argv[2]))
