"""A whole embedded system in this process, and those who call it."""

import asyncio
import hashlib
import time
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from cli.embedded import Embedded
from tests.e2e.outside_client import STAFF as WALKERS
from tests.e2e.outside_client import bootstrap, with_purpose
from tests.e2e.outside_files import answer_file, read_inquiry
from tests.e2e.outside_people import Country

PLAN, OTHER_PLAN, DISC_PLAN = "00012345", "00034567", "00023456"
SECRETS = {"portal": "portal-secret-of-the-walk", "other-portal": "other-secret-of-the-walk"}
PATIENCE_SECONDS = 30.0
ADMIN = ("admin", "office-4", "office_pc", "office")
STAFF = {**WALKERS, "admin-1": ADMIN}
EVERYBODY = (*SECRETS, *STAFF)
TOLD_FAULTS = ("storage-full", "stored-data-damaged")
PROBLEM = "application/problem+json"


class House:
    """The system, with a signed-in caller for each name of the walk's bootstrap."""

    def __init__(self, embedded: Embedded) -> None:
        self.embedded = embedded
        self.data_dir = embedded.place.root
        transport = httpx.ASGITransport(app=embedded.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://shokai", timeout=None)
        self.seen: list[httpx.Response] = []
        self._tokens: dict[str, str] = {}

    async def token(self, who: str, *, fresh: bool = False) -> str:
        """An access token of that caller."""
        if fresh or who not in self._tokens:
            token = str((await self._sign_in(who)).json()["access_token"])
            if fresh:
                return token
            self._tokens[who] = token
        return self._tokens[who]

    def sign_out(self) -> None:
        """Forgets every token."""
        self._tokens.clear()

    async def _sign_in(self, who: str) -> httpx.Response:
        if who in SECRETS:
            form = {"grant_type": "client_credentials", "client_id": who, "client_secret": SECRETS[who]}
            return await self.http.post("/authority/v1/token", data=form)
        equipment = STAFF[who][1]
        body = {
            "staff_id": who,
            "password": f"password-of-{who}",
            "equipment_id": equipment,
            "equipment_secret": f"secret-of-{equipment}",
        }
        return await self.http.post("/authority/v1/sessions", json=body)

    async def call(
        self, who: str, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """One call; never a 5xx but for a full store, and every error a problem document."""
        signed = {"Authorization": f"Bearer {await self.token(who)}"} if who else {}
        answer = await self.http.request(method, path, headers={**signed, **(headers or {})}, **more)
        self.seen.append(answer)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == PROBLEM, (method, path, answer.status_code)
            assert answer.json()["code"]
            assert answer.status_code < 500 or answer.json()["code"] in TOLD_FAULTS, (method, path, answer.json())
        return answer

    async def json(self, who: str, method: str, path: str, **more: Any) -> dict[str, Any]:
        """One call that has to succeed."""
        answer = await self.call(who, method, path, **more)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return dict(answer.json())

    async def code(self, who: str, method: str, path: str, **more: Any) -> str:
        """One call that has to be refused; the problem's code."""
        answer = await self.call(who, method, path, **more)
        assert answer.status_code >= 400, (method, path, answer.status_code)
        return str(answer.json()["code"])

    async def until(self, who: str, path: str, *states: str) -> dict[str, Any]:
        """Asks again until the state is one of these."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            body = await self.json(who, "GET", path)
            if body["state"] in states:
                return body
            assert time.monotonic() < end, f"{path}: {body['state']}, not {' or '.join(states)}"
            await asyncio.sleep(0.03)

    async def register(
        self, data: bytes, count: int, *, kind: str = "provisional", plan: str = PLAN, who: str = "portal"
    ) -> str:
        """Registers a request for these bytes; its id."""
        digest = hashlib.sha256(data).hexdigest()
        body = {"plan_number": plan, "kind": kind, "record_count": count, "sha256": digest}
        form = {"date": "2026-06-01", "contact": "企画課"}
        return str((await self.json(who, "POST", "/intake/v1/requests", json={**body, "form": form}))["id"])

    async def send(self, data: bytes, count: int, **more: str) -> dict[str, Any]:
        """Registers, uploads, and waits for the check."""
        who = more.get("who", "portal")
        request = await self.register(data, count, **more)
        answer = await self.call(who, "PUT", f"/intake/v1/requests/{request}/file", content=data)
        assert answer.status_code == 202, answer.text
        return await self.until(who, f"/intake/v1/requests/{request}", "accepted", "returned")

    async def findings(self, request: str, who: str = "portal") -> list[dict[str, Any]]:
        """The findings of a request."""
        return list((await self.json(who, "GET", f"/intake/v1/requests/{request}/findings?limit=100"))["items"])

    async def approved(self, action: str, thing: str, asks: str = "operator-1", decides: str = "operator-2") -> str:
        """The id of an approval that one asked for and another gave."""
        asked = {"action": action, "object": thing, "reason": "定例の作業"}
        made = str((await self.json(asks, "POST", "/authority/v1/approvals", json=asked))["id"])
        decision = {"approve": True, "reason": "確認した"}
        await self.json(decides, "POST", f"/authority/v1/approvals/{made}/decision", json=decision)
        return made

    async def close_cycle(self, as_of: str) -> None:
        """Runs all that is due up to then."""
        await self.embedded.run_jobs(datetime.fromisoformat(as_of))

    async def batches(self, cycle: str) -> dict[str, str]:
        """Ids of the cycle's batches by kind, all of them ready."""
        found = (await self.json("operator-1", "GET", f"/matcher/v1/batches?cycle={cycle}"))["items"]
        for batch in found:
            await self.until("operator-1", f"/matcher/v1/batches/{batch['id']}", "ready")
        return {batch["kind"]: batch["id"] for batch in found}

    async def carry_out(self, batch: str) -> tuple[list[str], list[list[str]]]:
        """Two people hand the inquiry file over; its header and records."""
        approval = await self.approved("matcher.batch.hand_over", batch)
        headers = with_purpose("jlis-exchange", batch, approval)
        answer = await self.call("operator-1", "GET", f"/matcher/v1/batches/{batch}/inquiry-file", headers=headers)
        assert answer.status_code == 200
        return read_inquiry(answer.content)

    async def put_answer(self, batch: str, data: bytes) -> httpx.Response:
        """An operator brings an answer file in."""
        headers = with_purpose("jlis-exchange", batch)
        path = f"/matcher/v1/batches/{batch}/answer-file"
        return await self.call("operator-1", "PUT", path, content=data, headers=headers)

    async def release(self, batch: str) -> None:
        """Two people release the replies of a batch, after another one confirmed its deaths."""
        path = f"/matcher/v1/batches/{batch}"
        if (await self.json("operator-2", "GET", path))["deaths"]["waiting"]:
            await self.json("operator-2", "POST", f"{path}/deaths/confirmation", json={"reason": "一覧を確かめた"})
        approval = await self.approved("matcher.batch.release", batch, decides="supervisor-1")
        headers = with_purpose("reply-delivery", batch, approval)
        await self.json("operator-1", "POST", f"{path}/release", headers=headers)


def answers(country: Country, header: list[str], asked: list[list[str]]) -> bytes:
    """J-LIS's answer file."""
    return answer_file(header, country.answers(header[2], asked), "2026-06-18T10:00:00+09:00", "20260618")


@asynccontextmanager
async def house_in(data_dir: Path, *, jobs: bool = True) -> AsyncIterator[House]:
    """A new system in that directory, running."""
    registers = tomllib.loads(bootstrap())
    team, equipment, kind, place = ADMIN
    admin = {"id": "admin-1", "name": "admin-1", "team": team, "password": "password-of-admin-1"}
    registers["staff"].append({**registers["staff"][0], **admin})
    desk = {"id": equipment, "class": kind, "place": place, "secret": f"secret-of-{equipment}"}
    registers["equipment"].append(desk)
    Embedded.init(data_dir, registers)
    async with house_again(data_dir, jobs=jobs) as house:
        yield house


@asynccontextmanager
async def house_again(data_dir: Path, *, jobs: bool = True) -> AsyncIterator[House]:
    """The system of that directory, running."""
    embedded = Embedded.open(data_dir)
    await embedded.start(jobs=jobs)
    house = House(embedded)
    try:
        yield house
    finally:
        await house.http.aclose()
        await embedded.stop()
