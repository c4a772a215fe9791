"""What the scenes of the demonstration share: folders, desks, the running server, and what has been written down."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from cli.demo import desk
from cli.demo.cast import Cast, Plan
from cli.demo.houses import House
from cli.output import Output
from simulators.people.registry import Registry
from simulators.people.requests import RequestFile

AT_ONCE = 4  # calls under way at a time


@dataclass
class Sent:
    """A request that was sent, and what came of it."""

    plan: Plan
    file: RequestFile
    cycle: str
    request_id: str
    counts: dict[str, int] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    numbers: list[tuple[str, str]] = field(default_factory=list)  # (member id, inquiry number) that the reply gave
    unexpected: int = 0  # records whose outcome or findings the truth file does not name
    opened: Path | None = None


@dataclass
class Stage:
    """The demonstration while it plays."""

    folder: Path
    house: House
    cast: Cast
    registry: Registry
    http: httpx.AsyncClient
    output: Output
    sent: list[Sent] = field(default_factory=list)
    returned: list[tuple[Plan, str]] = field(default_factory=list)  # what went back to a plan, and why
    balances: list[dict[str, Any]] = field(default_factory=list)
    reviews: int = 0
    deaths: int = 0
    runs: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.portal = desk.portal(self.http, self.cast)
        self.clerk = desk.staff(self.http, self.cast, "clerk-1", "media-station-1")
        self.operator = desk.staff(self.http, self.cast, "operator-1", "jlis-1")
        self.second = desk.staff(self.http, self.cast, "operator-2", "registry-1")
        self.third = desk.staff(self.http, self.cast, "operator-3", "jlis-1")
        self.supervisor = desk.staff(self.http, self.cast, "supervisor-1", "office-pc-1")
        self.auditor = desk.staff(self.http, self.cast, "auditor-1", "office-pc-1")
        self.gate = asyncio.Semaphore(AT_ONCE)

    def plan(self, number: str) -> Plan:
        """The plan of that number."""
        return next(plan for plan in self.cast.plans if plan.number == number)

    def of_cycle(self, cycle: str) -> list[Sent]:
        """The requests of a cycle that counted."""
        return [sent for sent in self.sent if sent.cycle == cycle]

    async def move_to(self, as_of: datetime) -> list[dict[str, Any]]:
        """Lets time pass, and what is due run."""
        runs = await self.house.run_jobs(as_of)
        self.runs += runs
        return runs
