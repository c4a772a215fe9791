"""Who looks at a doubtful pair next, and when it is concluded: pure, so that every course can be tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

FourEyes = Literal["accepted", "all"]
BLIND: Final = "blind"
FOUR_EYES: Final = "four-eyes"
STATES: Final = ("open", "second", "third")
DECIDED: Final = "decided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person says of a pair; `candidate` is who of those named is meant, where it is the same person."""

    same_person: bool
    candidate: int | None = None


REFUSED: Final = Verdict(same_person=False)


def second_after(first: Verdict, *, sampled: bool, four_eyes: FourEyes) -> str:
    """How a second person looks after a first verdict: "blind", "four-eyes", or "" where none is needed."""
    if sampled:
        return BLIND
    return FOUR_EYES if first.same_person or four_eyes == "all" else ""


def conclusion(verdicts: Sequence[Verdict], second: str) -> Verdict | None:
    """What holds after one to three verdicts; None while another person must look.

    Two people must say the same. Where three say three different things nobody is identified: a false "found" is
    the worst error.
    """
    if len(verdicts) == 1:
        return None if second else verdicts[0]
    held_twice = [one for at, one in enumerate(verdicts) if one in verdicts[:at]]
    if held_twice:
        return held_twice[0]
    return REFUSED if len(verdicts) == len(STATES) else None


def state_of(turn: int, *, decided: bool) -> str:
    """The state as the interface names it; `turn` is 1 to 3, the verdict that is waited for."""
    return DECIDED if decided else STATES[turn - 1]


def holder_of(assigned_to: str, assigned_at: datetime | None, *, now: datetime, hours: int) -> str:
    """Who holds an assignment at `now`; "" where nobody does or its time has run out."""
    if assigned_at is None or assigned_at + timedelta(hours=hours) <= now:
        return ""
    return assigned_to


def in_sample(index: bytes, share: float) -> bool:
    """Whether a keyed hash falls into the share (0 to 1) of pairs that a second person judges blindly."""
    return int.from_bytes(index[:8], "big") < share * 2**64
