"""The witnesses that a log asks: who they are, what they have signed, when to ask again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.audit.domain.notes import COSIGNATURE, VerifierKey, verifier_key
from shared.refusals import Refusal

FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=10)
_ADDRESS: Final = re.compile(r"https?://[^/?#\s@]+(?:/[^?#\s]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WitnessPlace:
    """A witness's address (its submission prefix) and key."""

    url: str
    key: VerifierKey

    @property
    def name(self) -> str:
        """The name under which it signs."""
        return self.key.name


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a witness: the size that it cosigned last, and how often it has failed since."""

    size: int = 0
    failures: int = 0
    asked_at: datetime | None = None


def witness_places(lines: Iterable[str]) -> tuple[WitnessPlace, ...]:
    """The witnesses of the settings, each "URL verifier-key". Refusal `witness-unreadable`."""
    places = tuple(_place(line) for line in lines)
    if len({place.name for place in places}) < len(places):
        raise Refusal("witness-unreadable")
    return places


def next_ask(standing: Standing, size: int, signed_at: datetime) -> datetime | None:
    """When to ask a witness about the checkpoint of `size`; None where it has cosigned that."""
    if size <= standing.size:
        return None
    if standing.asked_at is None or not standing.failures:
        return signed_at
    pause: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(standing.failures - 1, 10))
    return max(signed_at, standing.asked_at + pause)


def _place(line: str) -> WitnessPlace:
    url, _, key = line.strip().partition(" ")
    if not _ADDRESS.fullmatch(url):
        raise Refusal("witness-unreadable")
    try:
        return WitnessPlace(url.rstrip("/"), verifier_key(key, COSIGNATURE))
    except Refusal:
        raise Refusal("witness-unreadable") from None
