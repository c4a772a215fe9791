"""The callers of the walk: a plan's portal, and staff at their equipment. Nothing but HTTP, as the interfaces say."""

import hashlib
import time
import uuid
from typing import Any

import httpx

PATIENCE_SECONDS = 60
# How long a call is repeated, with the same key, while the system is in trouble. In peace nothing is repeated.
TROUBLE_SECONDS = 0.0

BOOTSTRAP = """
[association]
name = "試験照会センター"
mode = "demo"

[[plans]]
number = "00012345"
name = "北の丘企業年金基金"
kind = "DB"
channel = "network"
contract_from = "2020-04-01"

[[plans]]
number = "00023456"
name = "南の港厚生年金基金"
kind = "EPF"
channel = "disc"
contract_from = "2020-04-01"
address = "東京都港区芝公園二丁目４番１号"

[[plans]]
number = "00034567"
name = "東の野確定拠出年金"
kind = "DC"
channel = "network"
contract_from = "2020-04-01"

[[clients]]
id = "portal"
plans = ["00012345"]
secret = "portal-secret-of-the-walk"

[[clients]]
id = "other-portal"
plans = ["00034567"]
secret = "other-secret-of-the-walk"
"""

STAFF = {
    "clerk-1": ("clerk", "media-1", "media_station", "office"),
    "clerk-2": ("clerk", "office-1", "office_pc", "office"),
    "operator-1": ("operator", "jlis-1", "jlis_terminal", "security_room"),
    "operator-2": ("operator", "registry-1", "registry_server", "security_room"),
    "supervisor-1": ("supervisor", "office-2", "office_pc", "office"),
    "auditor-1": ("auditor", "office-3", "office_pc", "office"),
}


def bootstrap() -> str:
    """bootstrap.toml of the walk."""
    text = BOOTSTRAP
    for staff_id, (team, equipment, kind, place) in STAFF.items():
        text += f"""
[[staff]]
id = "{staff_id}"
name = "{staff_id}"
team = "{team}"
password = "password-of-{staff_id}"
roster_from = "2026-04-01"
pledged_on = "2026-04-01"
trained_on = "2026-04-01"

[[equipment]]
id = "{equipment}"
class = "{kind}"
place = "{place}"
secret = "secret-of-{equipment}"
"""
    return text


class Caller:
    """One signed-in caller."""

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address, token

    def call(self, method: str, path: str, *, expect: int, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """One call that has to end with that status; gives JSON, or the bytes where it is none."""
        signed = {"Authorization": f"Bearer {self._token}"}
        key = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        sent = {**signed, **key, **(headers or {})}
        answer = _asked(method, f"{self._address}{path}", headers=sent, **more)
        said = answer.text[:400] if "json" in answer.headers.get("content-type", "") else ""
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {said}"
        if said:
            return answer.json()
        return answer.content

    def get(self, path: str, expect: int = 200, **more: Any) -> Any:
        """GET."""
        return self.call("GET", path, expect=expect, **more)

    def post(self, path: str, body: Any = None, expect: int = 201, **more: Any) -> Any:
        """POST with a JSON body."""
        return self.call("POST", path, expect=expect, json=body, **more)

    def put(self, path: str, data: bytes, expect: int = 202, **more: Any) -> Any:
        """PUT of raw bytes."""
        return self.call("PUT", path, expect=expect, content=data, **more)

    def until(self, path: str, *states: str) -> Any:
        """Asks again until the state is one of these."""
        end = time.monotonic() + PATIENCE_SECONDS
        body: Any = None
        while time.monotonic() < end:
            body = self.get(path)
            if body["state"] in states:
                return body
            time.sleep(0.1)
        raise AssertionError(f"{path}: {body['state']}, not {' or '.join(states)}")

    def items(self, path: str, **more: Any) -> list[dict[str, Any]]:
        """All items of a list."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            joint = "&" if "?" in path else "?"
            body = self.get(f"{path}{joint}limit=50" + (f"&cursor={cursor}" if cursor else ""), **more)
            found += body["items"]
            cursor = body.get("next_cursor") or ""
            if not cursor:
                return found


def _asked(method: str, url: str, **more: Any) -> httpx.Response:
    """The answer; asked again while nobody answers, or somebody says that he cannot just now."""
    end = time.monotonic() + TROUBLE_SECONDS
    while True:
        try:
            answer = httpx.request(method, url, timeout=60, **more)
            if answer.status_code not in (502, 503, 504) or time.monotonic() > end:
                return answer
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
        time.sleep(0.2)


def portal(address: str, client_id: str = "portal", secret: str = "portal-secret-of-the-walk") -> Caller:
    """A plan's program, signed in with client credentials."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = _asked("POST", f"{address}/authority/v1/token", data=form)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] > 0
    return Caller(address, body["access_token"])


def staff(address: str, staff_id: str) -> Caller:
    """A member of staff, signed in at the equipment."""
    equipment = STAFF[staff_id][1]
    body = {
        "staff_id": staff_id,
        "password": f"password-of-{staff_id}",
        "equipment_id": equipment,
        "equipment_secret": f"secret-of-{equipment}",
    }
    answer = _asked("POST", f"{address}/authority/v1/sessions", json=body)
    assert answer.status_code in (200, 201), answer.text
    return Caller(address, answer.json()["access_token"])


def with_purpose(purpose: str, case: str, approval: str = "") -> dict[str, str]:
    """The headers of a call that touches personal data."""
    headers = {"Shokai-Purpose": purpose, "Shokai-Case": case}
    return {**headers, "Shokai-Approval": approval} if approval else headers


def approved(address: str, asks: str, decides: str, action: str, thing: str) -> str:
    """The id of an approval that one person asked for and a second one gave."""
    made = staff(address, asks).post(
        "/authority/v1/approvals", {"action": action, "object": thing, "reason": "定例の作業"}
    )
    assert made["state"] == "pending"
    decision = {"approve": True, "reason": "内容を確認した"}
    staff(address, decides).post(f"/authority/v1/approvals/{made['id']}/decision", decision, expect=200)
    return str(made["id"])


def send(caller: Caller, plan: str, kind: str, data: bytes, records: int) -> str:
    """Registers a request, uploads its file, waits for the check; gives the request's id."""
    registration = {
        "plan_number": plan,
        "kind": kind,
        "record_count": records,
        "sha256": hashlib.sha256(data).hexdigest(),
        "form": {"date": "2026-06-01", "contact": "企画課"},
    }
    made = caller.post("/intake/v1/requests", registration)
    assert made["state"] == "awaiting_file"
    caller.put(f"/intake/v1/requests/{made['id']}/file", data, headers={"Content-Type": "text/csv"})
    return str(made["id"])
