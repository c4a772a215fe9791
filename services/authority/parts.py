"""What every use case of authority stands on."""

from asyncio import Semaphore
from dataclasses import dataclass, field
from typing import Literal

from services.authority.settings import AuthoritySettings
from shared.calendar.clock import Clock, SystemClock
from shared.hosting import Parts


@dataclass(frozen=True, kw_only=True)
class AuthorityParts(Parts):
    """`clock` is business time: rosters, training, approvals. `machine` is the machine's: tokens and locks."""

    settings: AuthoritySettings
    mode: Literal["demo", "production"]
    machine: Clock = field(default_factory=SystemClock)
    password_checks: Semaphore = field(default_factory=lambda: Semaphore(2))
