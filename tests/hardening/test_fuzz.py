"""Every operation of every service, called with what its own description allows and with what it does not."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.generation.case import Case

from shared.auth.acts import act_rules
from shared.auth.policy import refusal_of
from shared.refusals import Refusal
from tests.architecture.gates import routes
from tests.e2e.outside_files import request_file
from tests.e2e.outside_people import CASES
from tests.hardening.house import EVERYBODY, PLAN, PROBLEM, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

SERVICES = ("authority", "intake", "matcher", "media", "audit")
EXAMPLES = 6  # of what fits and of what does not, an operation
QUIET = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(house: House) -> dict[str, str]:
    """Things that exist, by the name of the parameter that names them."""
    data = request_file(PLAN, "provisional", "20260601", [CASES[0].row])
    request = (await house.send(data, 1))["id"]
    envelope = {"plan_number": PLAN, "received_on": "2026-06-01", "form_enclosed": True, "media": [{"label": "1"}]}
    reception = (await house.json("clerk-1", "POST", "/intake/v1/receptions", json=envelope))["id"]
    await house.close_cycle("2026-06-15T23:59:59+09:00")
    (batch,) = (await house.batches("2026-06-A")).values()
    asked = {"action": "matcher.batch.hand_over", "object": batch, "reason": "-"}
    approval = (await house.json("operator-1", "POST", "/authority/v1/approvals", json=asked))["id"]
    return {
        "request_id": request,
        "reception_id": reception,
        "batch_id": batch,
        "approval_id": approval,
        "number": PLAN,
        "cycle": "2026-06-A",
        "staff_id": "clerk-2",
    }


class Fuzzer:
    """Sends what is generated, from the thread that generates it, to the system on its loop."""

    def __init__(self, house: House, ids: dict[str, str], service: str, loop: asyncio.AbstractEventLoop) -> None:
        self.house, self.ids, self.service, self.loop = house, ids, service, loop
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        found = routes(house.embedded.services[service].app)
        self._acts = {name.replace(":path}", "}"): acts for name, acts in found}
        self._sent = 0

    def run(self) -> None:
        """Every operation with every kind of input."""
        schema = schemathesis.openapi.from_dict(self.house.embedded.services[self.service].app.openapi())
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            acts = self._acts[f"{operation.method.upper()} {operation.path}"]
            headers = self._wait(self._authority(acts[0] if acts else ""))
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                send = partial(self._send, headers=headers)
                # Nothing wrong can be said to an operation that takes nothing.
                with suppress(Unsatisfiable):
                    self._try(operation.as_strategy(generation_mode=mode), send)
            if "sessions" in operation.path:
                self.house.sign_out()

    @staticmethod
    def _try(strategy: SearchStrategy[Case[Any]], send: Callable[[Case[Any]], None]) -> None:
        @QUIET
        @given(case=strategy)
        def attempt(case: Case[Any]) -> None:
            send(case)

        attempt()

    def _send(self, case: Case[Any], headers: dict[str, str]) -> None:
        self._sent += 1
        if self._sent % 2:
            known = {name: self.ids[name] for name in case.path_parameters if name in self.ids}
            case.path_parameters.update(known)
        sent: dict[str, Any] = case.as_transport_kwargs(base_url="http://shokai")
        sent = {
            key: value for key, value in sent.items() if key in ("method", "url", "params", "json", "data", "headers")
        }
        told = {**dict(sent.pop("headers", None) or {}), **headers}
        if isinstance(sent.get("data"), (bytes, str)):
            sent["content"] = sent.pop("data")
        try:
            request = self.house.http.build_request(headers=told, **sent)
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError, TypeError):
            return  # no client could send that
        answer = self._wait(self.house.http.send(request))
        self.statuses[answer.status_code] += 1
        fine = answer.status_code < 400 or (answer.status_code < 500 and answer.headers["content-type"] == PROBLEM)
        if not fine:
            self.wrong.append(f"{answer.status_code} {case.method} {case.operation.path}")

    async def _authority(self, act: str) -> dict[str, str]:
        """The headers of somebody who may do this."""
        if not act or act_rules()[act].open:
            return {}
        rule = act_rules()[act]
        purpose = sorted(rule.purposes)[0] if rule.purposes else ""
        today = self.house.embedded.kit.clock.now().date()
        for who in EVERYBODY:
            if who == self.ids["staff_id"]:
                continue
            token = await self.house.token(who)
            try:
                principal = self.house.embedded.kit.tokens.principal(token, audience=self.service)
            except Refusal:
                continue
            if refusal_of(rule, principal, today=today, purpose=purpose, case="1", approval="1") is None:
                headers = {"Authorization": f"Bearer {token}", "Shokai-Purpose": purpose, "Shokai-Case": "1"}
                return {**headers, "Shokai-Approval": "1"} if rule.two_people else headers
        return {"Authorization": f"Bearer {await self.house.token('admin-1')}"}

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_input_of_any_kind_is_too_much(
    house: House, ids: dict[str, str], service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.auth.allow.APPROVAL_WAIT_SECONDS", 0.05)
    fuzzer = Fuzzer(house, ids, service, asyncio.get_running_loop())
    await asyncio.to_thread(fuzzer.run)
    print(service, dict(fuzzer.statuses))
    assert sorted(set(fuzzer.wrong)) == []
    assert fuzzer.statuses.total() > 50
    assert any(status < 400 for status in fuzzer.statuses)
    assert fuzzer.statuses[401] < fuzzer.statuses.total() / 2


async def test_what_was_stored_before_is_intact(house: House, ids: dict[str, str]) -> None:
    """After all of that nothing waits, nothing is parked, and the batch is as it was."""
    await house.embedded.idle()
    for service in house.embedded.services:
        assert "shokai_inbox_parked 0.0" in (await house.http.get(f"/{service}/metrics")).text, service
    batch = await house.json("operator-1", "GET", f"/matcher/v1/batches/{ids['batch_id']}")
    assert (batch["state"], batch["counts"]["inquiries"]) == ("ready", 1)
