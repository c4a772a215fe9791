"""What detections remember from one access to the next: small values, each with the day it can be forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

LONGEST_KEY: Final = 300


@dataclass(frozen=True, slots=True)
class Kept:
    """A value (what JSON can say) and the instant from which nobody needs it."""

    value: Any
    until: datetime


class Memory:
    """Starts with what is known; says what has changed, so that a store keeps only that."""

    def __init__(self, known: Mapping[str, Kept] | None = None) -> None:
        self._known: dict[str, Kept] = dict(known or {})
        self._changed: set[str] = set()

    def get(self, key: str) -> Any:
        """What is remembered under a key; None where nothing is."""
        kept = self._known.get(key[:LONGEST_KEY])
        return None if kept is None else kept.value

    def put(self, key: str, value: Any, until: datetime) -> None:
        """Remember a value until an instant."""
        self._known[key[:LONGEST_KEY]] = Kept(value, until)
        self._changed.add(key[:LONGEST_KEY])

    @property
    def changes(self) -> Mapping[str, Kept]:
        """What is new since the start."""
        return {key: self._known[key] for key in self._changed}
