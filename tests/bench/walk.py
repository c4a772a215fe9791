"""The cycle of the benchmark, through the HTTP surface of a system."""

import asyncio
import hashlib
import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

from cli.embedded import Embedded
from simulators.jlis.answer import answer_file
from simulators.people.registry import Registry
from tests.bench.population import PLANS

PEOPLE_AT_WORK = 16
CUTOFF = datetime.fromisoformat("2026-06-15T23:59:59+09:00")
PASSWORD = "bench-Passphrase-2026"
ROSTER = {"roster_from": "2026-04-01", "pledged_on": "2026-04-01", "trained_on": "2026-04-01", "password": PASSWORD}
BOOTSTRAP: dict[str, Any] = {
    "association": {"name": "計測用連合会", "mode": "demo"},
    "plans": [
        {
            "number": plan,
            "name": f"計測{plan}企業年金",
            "kind": "DB",
            "channel": "network",
            "contract_from": "2020-04-01",
        }
        for plan in PLANS
    ],
    "clients": [{"id": "portal", "plans": ["*"], "secret": PASSWORD}],
    "staff": [
        {"id": "operator-1", "name": "第一担当", "team": "operator", **ROSTER},
        {"id": "operator-2", "name": "第二担当", "team": "operator", **ROSTER},
    ],
    "equipment": [{"id": "server-1", "class": "registry_server", "place": "security_room", "secret": PASSWORD}],
}


@dataclass
class Stages:
    """Seconds by stage, in order."""

    seconds: dict[str, float] = field(default_factory=dict)

    @asynccontextmanager
    async def __call__(self, name: str) -> AsyncIterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        print(f"  {name}: {self.seconds[name]:.2f} s", file=sys.stderr, flush=True)


class House(Protocol):
    """The system that is timed, embedded or distributed."""

    def client(self) -> httpx.AsyncClient: ...
    async def close_cycle(self) -> None: ...


class EmbeddedHouse:
    """All services in this process."""

    def __init__(self, data_dir: Path) -> None:
        Embedded.init(data_dir, BOOTSTRAP)
        self.embedded = Embedded.open(data_dir)

    def client(self) -> httpx.AsyncClient:
        """Calls without a line between."""
        transport = httpx.ASGITransport(app=self.embedded.app)
        return httpx.AsyncClient(transport=transport, base_url="http://shokai", timeout=None)

    async def close_cycle(self) -> None:
        """All that is due up to the cutoff."""
        await self.embedded.run_jobs(CUTOFF)


class Caller:
    """Signs in afresh for each step, so that no token runs out on a slow machine."""

    def __init__(self, house: House) -> None:
        self.http = house.client()

    async def portal(self) -> dict[str, str]:
        form = {"grant_type": "client_credentials", "client_id": "portal", "client_secret": PASSWORD}
        return _bearer(await self.http.post("/authority/v1/token", data=form))

    async def staff(self, name: str) -> dict[str, str]:
        body = {"staff_id": name, "password": PASSWORD, "equipment_id": "server-1", "equipment_secret": PASSWORD}
        return _bearer(await self.http.post("/authority/v1/sessions", json=body))

    async def approved(self, action: str, object_id: str) -> dict[str, str]:
        """Headers of the first operator with the second one's approval for an act on a batch."""
        asked = {"action": action, "object": object_id, "reason": "計測"}
        first, second = await self.staff("operator-1"), await self.staff("operator-2")
        made = _ok(await self.http.post("/authority/v1/approvals", json=asked, headers=first)).json()["id"]
        decision = {"approve": True, "reason": "計測"}
        _ok(await self.http.post(f"/authority/v1/approvals/{made}/decision", json=decision, headers=second))
        return {**first, "Shokai-Approval": str(made), **_case("jlis-exchange", object_id)}

    async def until(self, path: str, states: set[str], headers: dict[str, str]) -> dict[str, Any]:
        while True:
            answer = _ok(await self.http.get(path, headers=headers)).json()
            if answer["state"] in states:
                return dict(answer)
            if answer["state"] in ("returned", "balance_error"):
                raise RuntimeError(json.dumps(answer))
            await asyncio.sleep(0.05)


async def run(folder: Path, house: House) -> dict[str, Any]:
    """One cycle of the kind provisional; what each stage took."""
    caller, stages = Caller(house), Stages()
    portal = await caller.portal()
    async with stages("upload"):
        requests = [await _upload(caller, portal, folder / f"{plan}.csv", plan) for plan in PLANS]
    async with stages("check"):
        for request in requests:
            await caller.until(f"/intake/v1/requests/{request}", {"accepted"}, portal)
    async with stages("close, inquiry file"):
        await house.close_cycle()
        batch = await _batch(caller)
    headers = await caller.approved("matcher.batch.hand_over", batch)
    async with stages("hand-over"):
        await _hand_over(caller, batch, folder / "inquiry.csv", headers)
    answered = await asyncio.to_thread(
        answer_file, Registry.open(folder / "registry"), folder / "inquiry.csv", folder / "answer.csv"
    )
    headers = await caller.staff("operator-1")
    async with stages("answer in"):
        await _answer(caller, batch, folder / "answer.csv", headers)
    async with stages("match"):
        state = await caller.until(f"/matcher/v1/batches/{batch}", {"in_review", "releasable"}, headers)
    async with stages("reviews"):
        reviews = await _decide_reviews(caller, batch) if state["state"] == "in_review" else 0
    headers, portal = await caller.approved("matcher.batch.release", batch), await caller.portal()
    async with stages("release, package, verify"):
        _ok(await caller.http.post(f"/matcher/v1/batches/{batch}/release", headers=headers))
        for request in requests:
            await _package(caller, request, portal)
    return {"records": answered.inquiries, "reviews": reviews, "stages": stages.seconds}


async def run_embedded(folder: Path, data_dir: Path) -> dict[str, Any]:
    """The cycle in this process, and how much memory it took."""
    house = EmbeddedHouse(data_dir)
    await house.embedded.start()
    told = await run(folder, house)
    await house.embedded.idle()
    await house.embedded.stop()
    return {**told, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


async def _upload(caller: Caller, portal: dict[str, str], path: Path, plan: str) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    count = sum(1 for line in path.open("rb") if line.startswith(b"2,"))
    registration: dict[str, Any] = {"plan_number": plan, "kind": "provisional", "record_count": count, "sha256": digest}
    registration["form"] = {"date": "2026-06-01", "contact": "計測"}
    made = _ok(await caller.http.post("/intake/v1/requests", json=registration, headers=portal)).json()["id"]
    headers = {**portal, "Content-Type": "text/csv"}
    _ok(await caller.http.put(f"/intake/v1/requests/{made}/file", content=_pieces(path), headers=headers))
    return str(made)


async def _batch(caller: Caller) -> str:
    headers = await caller.staff("operator-1")
    while True:
        found = _ok(await caller.http.get("/matcher/v1/batches?cycle=2026-06-A", headers=headers)).json()["items"]
        if found and found[0]["state"] == "ready":
            return str(found[0]["id"])
        await asyncio.sleep(0.05)


async def _hand_over(caller: Caller, batch: str, path: Path, headers: dict[str, str]) -> None:
    async with caller.http.stream("GET", f"/matcher/v1/batches/{batch}/inquiry-file", headers=headers) as answer:
        _ok(answer)
        with path.open("wb") as file:
            async for piece in answer.aiter_bytes():
                file.write(piece)


async def _answer(caller: Caller, batch: str, path: Path, headers: dict[str, str]) -> None:
    headers = {**headers, **_case("jlis-exchange", batch)}
    _ok(await caller.http.put(f"/matcher/v1/batches/{batch}/answer-file", content=_pieces(path), headers=headers))


async def _decide_reviews(caller: Caller, batch: str) -> int:
    """Two people take turns until nothing waits: each takes what the other has passed on, and a share afresh."""
    decided = 0
    while True:
        taken = 0
        for name in ("operator-1", "operator-2"):
            headers = await caller.staff(name)
            wanted = {"batch_id": batch, "limit": 100}
            answer = _ok(await caller.http.post("/matcher/v1/reviews/assignments", json=wanted, headers=headers))
            found = [review["id"] for review in answer.json()["items"]]
            taken += len(found)
            for start in range(0, len(found), PEOPLE_AT_WORK):
                some = found[start : start + PEOPLE_AT_WORK]
                states = await asyncio.gather(*(_decide(caller, headers, review) for review in some))
                decided += states.count("decided")
        if not taken:
            return decided


async def _decide(caller: Caller, headers: dict[str, str], review: str) -> str:
    """The state of a review after one person, who takes the first candidate for the one meant, has judged it."""
    stated = {**headers, **_case("review", review)}
    body = {"same_person": True, "candidate": 1, "reason": "計測"}
    answer = _ok(await caller.http.post(f"/matcher/v1/reviews/{review}/decision", json=body, headers=stated))
    return str(answer.json()["state"])


async def _package(caller: Caller, request: str, portal: dict[str, str]) -> None:
    while True:
        found = _ok(await caller.http.get(f"/media/v1/replies?request_id={request}", headers=portal)).json()["items"]
        if found and found[0]["state"] == "ready":
            return
        await asyncio.sleep(0.05)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _case(purpose: str, case: str) -> dict[str, str]:
    return {"Shokai-Purpose": purpose, "Shokai-Case": case}


def _bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {_ok(answer).json()['access_token']}"}


def _ok(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise RuntimeError(
            f"{answer.status_code} at {answer.request.url.path}: {answer.text if answer.is_stream_consumed else ''}"
        )
    return answer


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run_embedded(Path(sys.argv[1]), Path(sys.argv[2])))))
