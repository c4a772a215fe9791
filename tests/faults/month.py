"""A small month, played by people who do not give up: whatever breaks meanwhile, the outcome has to be the same."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from tests.e2e import outside_client
from tests.e2e.outside_client import Caller, portal, staff
from tests.e2e.outside_files import open_package, request_file
from tests.e2e.outside_log import read_log
from tests.e2e.outside_people import Country, Entry, person
from tests.e2e.outside_work import batches, carry_back, carry_out, release

PLANS = {
    "00012345": ("portal", "portal-secret-of-the-walk", 150),
    "00034567": ("other-portal", "other-secret-of-the-walk", 90),
}
CYCLE, CUTOFF, ANSWERED_ON = "2026-06-A", "2026-06-15T23:59:59+09:00", "20260618"
KANA, HALF, KANJI = "アカサタナハマヤラワ", "ｱｶｻﾀﾅﾊﾏﾔﾗﾜ", "赤井江多奈葉真矢良和"
# What happens once, however often it was begun.
ONCE = (
    "intake.request.register",
    "intake.request.check",
    "matcher.batch.release",
    "media.reply.take",
    "media.package.make",
)
WAITS_SECONDS = 0.3


class System(Protocol):
    """The system under test, embedded or distributed."""

    @property
    def address(self) -> str: ...
    def jobs_until(self, as_of: str) -> Any: ...
    def log_file(self, path: str) -> bytes | None: ...


@dataclass
class Outcome:
    """All that a plan, the association and an auditor see in the end, without what is random or tells the time."""

    requests: dict[str, Any] = field(default_factory=dict)
    batch: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, list[list[str]]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    once: dict[str, int] = field(default_factory=dict)
    parked: int = 0


class Month:
    """One month on one system. Each step is tried until what it is for has come true."""

    def __init__(
        self, system: System, *, patience: float = 240, tell: Callable[[str], None] = lambda step: None
    ) -> None:
        self._system = system
        self._patience = patience
        self._tell = tell
        self._requests: dict[str, str] = {}
        self._country = Country({})

    def play(self) -> Outcome:
        """From the first request to the last receipt."""
        outside_client.TROUBLE_SECONDS = 30
        try:
            for number, plan in enumerate(PLANS):
                self._step(f"request of plan {number + 1}", lambda plan=plan: self._send(plan))  # type: ignore[misc]
            self._step("cutoff", self._close)
            self._step("hand-over and answer", self._ask)
            self._step("release", self._release)
            replies = {plan: self._step("reply", lambda plan=plan: self._fetch(plan)) for plan in PLANS}  # type: ignore[misc]
            outcome: Outcome = self._step("outcome", lambda: self._look(replies))
            return outcome
        finally:
            outside_client.TROUBLE_SECONDS = 0

    def _step(self, title: str, act: Callable[[], Any]) -> Any:
        self._tell(title)
        end = time.monotonic() + self._patience
        while True:
            try:
                return act()
            except (AssertionError, httpx.HTTPError, KeyError, ValueError) as failure:
                if time.monotonic() > end:
                    raise AssertionError(f"{title}: gave up: {failure}") from failure
                time.sleep(WAITS_SECONDS)

    def _send(self, plan: str) -> None:
        client, secret, count = PLANS[plan]
        rows, entries = crowd(count, start=list(PLANS).index(plan) * 1000)
        data = request_file(plan, "provisional", "20260601", rows, "utf-8")
        self._country.by_name |= {entry.kanji.replace("　", ""): [entry] for entry in entries}
        caller = portal(self._system.address, client, secret)
        if plan not in self._requests:
            registration = {
                "plan_number": plan, "kind": "provisional", "record_count": count,
                "sha256": hashlib.sha256(data).hexdigest(), "form": {"date": "2026-06-01", "contact": "企画課"},
            }  # fmt: skip
            headers = {"Idempotency-Key": f"month-{plan}"}
            self._requests[plan] = caller.post("/intake/v1/requests", registration, headers=headers)["id"]
        path = f"/intake/v1/requests/{self._requests[plan]}"
        if caller.get(path)["state"] == "awaiting_file":
            caller.put(f"{path}/file", data, headers={"Content-Type": "text/csv"})
        state = caller.until(path, "accepted", "returned")
        assert state["counts"] == {"received": count, "accepted": count, "rejected": 0}

    def _close(self) -> None:
        if not batches(self._system.address, CYCLE):
            self._system.jobs_until(CUTOFF)
        (batch,) = batches(self._system.address, CYCLE).values()
        assert batch["state"] != "building"

    def _ask(self) -> None:
        address, batch = self._system.address, self._batch()
        if batch["state"] in ("ready", "handed_over"):
            header, asked = carry_out(address, batch["id"])
            assert len(asked) == sum(count for _, _, count in PLANS.values())
            carry_back(address, self._country, batch["id"], header, asked, ANSWERED_ON)
        staff(address, "operator-1").until(f"/matcher/v1/batches/{batch['id']}", "releasable", "released", "completed")

    def _release(self) -> None:
        if self._batch()["state"] == "releasable":
            release(self._system.address, self._batch()["id"])
        assert self._batch()["state"] not in ("releasable",)

    def _fetch(self, plan: str) -> list[list[str]]:
        client, secret, _ = PLANS[plan]
        caller = portal(self._system.address, client, secret)
        request = f"/intake/v1/requests/{self._requests[plan]}"
        caller.until(request, "replied", "delivered")
        (reply,) = caller.items(f"/media/v1/replies?request_id={self._requests[plan]}")
        path = f"/media/v1/replies/{reply['id']}"
        caller.until(path, "ready", "received")
        package = caller.get(f"{path}/package")
        caller.post(f"{path}/receipt", {"sha256": hashlib.sha256(package).hexdigest()}, expect=204)
        password = caller.get(f"{path}/password")["password"]
        caller.until(request, "delivered")
        opened = open_package(package, password, "utf-8")
        assert len({row[3] for row in opened.records}) == len(opened.records), "an inquiry number twice"
        return [[*row[:3], *row[4:]] for row in opened.records]

    def _look(self, replies: dict[str, list[list[str]]]) -> Outcome:
        address = self._system.address
        outcome = Outcome(replies=replies, batch=_without(self._batch()))
        for plan, (client, secret, _) in PLANS.items():
            caller: Caller = portal(address, client, secret)
            outcome.requests[plan] = _without(caller.get(f"/intake/v1/requests/{self._requests[plan]}"))
            count = staff(address, "operator-1").get(f"/matcher/v1/inquiry-numbers/count?plan_number={plan}")
            outcome.numbers[plan] = count["count"]
        outcome.parked = sum(_parked(address).values())
        records = read_log(self._system.log_file, (self._system.log_file("public-key") or b"").decode())
        done = Counter(record["action"] for record in records if record["outcome"] == "done")
        outcome.once = {action: done[action] for action in ONCE}
        assert outcome.once["media.package.make"] == len(PLANS), "the log lags behind"
        return outcome

    def _batch(self) -> dict[str, Any]:
        (batch,) = batches(self._system.address, CYCLE).values()
        return batch


def expected() -> Outcome:
    """What has to come out, whatever happened on the way: everybody is found, under the number of their line."""
    outcome = Outcome(batch={"state": "released", "kind": "provisional"})
    for number, (plan, (_, _, count)) in enumerate(PLANS.items()):
        counts = {"received": count, "accepted": count, "rejected": 0}
        outcome.requests[plan] = {
            "state": "delivered", "kind": "provisional", "plan_number": plan, "counts": counts
        }  # fmt: skip
        outcome.replies[plan] = [[str(at + 1), f"K-{number * 1000 + at}", "10", ""] for at in range(count)]
        outcome.numbers[plan] = count
    inquiries = sum(count for _, _, count in PLANS.values())
    outcome.batch["counts"] = {"inquiries": inquiries, "asked": inquiries, "not_asked": 0, "requests": 2, "parts": 2}
    outcome.once = dict.fromkeys(ONCE, len(PLANS)) | {"matcher.batch.release": 1}
    return outcome


def crowd(count: int, *, start: int) -> tuple[list[list[str]], list[Entry]]:
    """Members of a plan, and what the registry knows of them."""
    rows, entries = [], []
    for at in range(start, start + count):
        digits = [int(digit) for digit in f"{at:04d}"]
        given = "".join(KANJI[digit] for digit in digits)
        kana = "".join(KANA[digit] for digit in digits)
        half = "".join(HALF[digit] for digit in digits)
        entry = person(100 + at, f"ヤマ　{kana}", f"山　{given}", f"19{40 + at % 60:02d}0101", "1")
        entries.append(entry)
        rows.append([f"K-{at}", f"ﾔﾏ {half}", f"山　{given}", entry.birth, "1", "1050011", entry.address])
    return rows, entries


def _without(body: dict[str, Any]) -> dict[str, Any]:
    """What of a resource is the same in every run."""
    kept = (
        "state",
        "kind",
        "plan_number",
        "counts",
        "inquiries",
        "asked",
        "answered",
        "requests",
        "outcomes",
        "balance",
    )
    return {name: body[name] for name in kept if name in body}


def _parked(address: str) -> dict[str, int]:
    services = ("authority", "intake", "matcher", "media", "audit")
    return {name: httpx.get(f"{address}/{name}/readyz", timeout=30).json()["inbox_parked"] for name in services}
