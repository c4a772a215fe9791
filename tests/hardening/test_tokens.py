"""Tokens of every wrong kind, calls without one, and the ids of other plans."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth.acts import act_rules
from shared.auth.principals import Principal
from shared.auth.tokens import ISSUER, TokenIssuer
from shared.crypto.published import TOKENS
from shared.ids import new_id
from tests.architecture.gates import routes
from tests.e2e.outside_files import request_file
from tests.e2e.outside_people import CASES, country
from tests.hardening.house import PLAN, House, answers

pytestmark = pytest.mark.asyncio(loop_scope="module")

SERVICES = ("authority", "intake", "matcher", "media", "audit")
OPEN_ROUTES = {"GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json", "POST /authority/v1/token"}
NO_SUCH_ID = "01900000-0000-7000-8000-000000000000"
ASK = {
    "authority": "/authority/v1/approvals",
    "intake": "/intake/v1/requests",
    "matcher": "/matcher/v1/batches",
    "media": "/media/v1/replies",
    "audit": "/audit/v1/records",
}


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token of an all-powerful client would say."""
    now = int(datetime.now(UTC).timestamp())
    good = {"iss": ISSUER, "aud": list(SERVICES), "sub": "portal", "iat": now, "exp": now + 600, "jti": new_id()}
    return {**good, "kind": "client", "plans": ["*"], **changes}


def bare(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = (json.dumps(header).encode(), json.dumps(body).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def wrong_tokens(house: House) -> dict[str, tuple[str, str]]:
    """Every wrong token with the code that it has to meet."""
    signer = house.embedded.kit.keyring.signer(TOKENS)
    ours, public = signer.private_key, signer.public_key
    stranger = Ed25519PrivateKey.generate()
    header = {"kid": signer.key_id, "typ": "at+jwt"}

    def signed(body: dict[str, Any], key: Any = ours, algorithm: str = "EdDSA", **more: str) -> str:
        return jwt.encode(body, key, algorithm=algorithm, headers={**header, **more})

    good = signed(claims())
    first, middle, last = good.split(".")
    past = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp())
    wrong = {
        "garbage": "garbage",
        "three dots": "...",
        "empty parts": "e30.e30.e30",
        "NULs": "\0\0\0",
        "a very long one": "A" * 100_000,
        "another key": signed(claims(), stranger),
        "another key, unknown by name": signed(claims(), stranger, kid="mine"),
        "no key id": jwt.encode(claims(), ours, algorithm="EdDSA", headers={"typ": "at+jwt"}),
        "a path for a key id": signed(claims(), stranger, kid="../../keys/keyring.json"),
        "alg none": bare({**header, "alg": "none"}, claims()),
        "alg None": bare({**header, "alg": "None"}, claims()),
        "HS256 with the public key": signed(claims(), public, "HS256"),
        "HS512 with the public key": signed(claims(), public.hex(), "HS512"),
        "a key of its own in the header": signed(claims(), stranger, jwk='{"kty":"OKP"}'),
        "typ JWT": signed(claims(), typ="JWT"),
        "an assertion for a token": signed(claims(), typ="client-authentication+jwt"),
        "another issuer": signed(claims(iss="somebody")),
        "another audience": signed(claims(aud=["elsewhere"])),
        "no audience": signed({key: value for key, value in claims().items() if key != "aud"}),
        "no end": signed({key: value for key, value in claims().items() if key != "exp"}),
        "an end that is no number": signed(claims(exp="soon")),
        "no subject": signed({key: value for key, value in claims().items() if key != "sub"}),
        "made in the future": signed(claims(iat=past + 7200)),
        "cut off": good[:-10],
        "no signature": f"{first}.{middle}.",
        "a claim changed": f"{first}.{bare({}, claims(sub='other')).split('.')[1]}.{last}",
        "signature of another": f"{first}.{middle}.{signed(claims(sub='other')).split('.')[2]}",
    }
    told = {name: (token, "token-invalid") for name, token in wrong.items()}
    return {**told, "expired": (signed(claims(iat=past - 600, exp=past)), "token-expired")}


@pytest.mark.parametrize("service", SERVICES)
async def test_no_wrong_token_is_taken(house: House, service: str) -> None:
    for name, (token, code) in wrong_tokens(house).items():
        answer = await house.call("", "GET", ASK[service], headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, code), name
        assert answer.headers["www-authenticate"] == "Bearer"
        assert len(token) < 20 or token[:20] not in answer.text
    for scheme in ("Basic cG9ydGFsOng=", "Bearer", "bearer  ", "Token x", "\xff\xfe", "Bearer a b"):
        answer = await house.call("", "GET", ASK[service], headers={b"Authorization": scheme.encode("latin-1")})  # type: ignore[dict-item]
        assert answer.status_code == 401, scheme


async def test_a_token_is_good_only_where_it_says(house: House) -> None:
    """A client's token does not open the matcher or the log's records; nor does one in the address open anything."""
    portal = await house.token("portal")
    for service in ("matcher", "audit"):
        answer = await house.call("portal", "GET", ASK[service])
        assert (answer.status_code, answer.json()["code"]) == (403, "not-for-clients")
    for name in ("access_token", "token", "authorization"):
        assert await house.code("", "GET", f"{ASK['intake']}?{name}={portal}") == "token-missing"
    signer = house.embedded.kit.keyring.signer(TOKENS)
    issuer = TokenIssuer(signer.key_id, signer.private_key)
    made = issuer.issue(Principal("client", "portal", frozenset({"*"})), audiences=["media"], seconds=60)
    assert await house.code("", "GET", ASK["intake"], headers={"Authorization": f"Bearer {made}"}) == "token-invalid"


async def test_after_signing_out_no_token_of_the_session_is_taken(house: House) -> None:
    first = {"Authorization": f"Bearer {await house.token('supervisor-1', fresh=True)}"}
    renewed = await house.json("", "POST", "/authority/v1/sessions/current/renewal", headers=first)
    second = {"Authorization": f"Bearer {renewed['access_token']}"}
    for headers in (first, second):
        assert (await house.call("", "GET", ASK["matcher"], headers=headers)).status_code == 200
    assert (await house.call("", "DELETE", "/authority/v1/sessions/current", headers=second)).status_code == 204
    await house.embedded.idle()
    for service in SERVICES:
        for headers in (first, second):
            assert await house.code("", "GET", ASK[service], headers=headers) == "token-invalid"
    assert (await house.call("supervisor-1", "GET", ASK["matcher"])).status_code == 200


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_wants_a_token(house: House, service: str) -> None:
    tried = 0
    for name, acts in routes(house.embedded.services[service].app):
        if name in OPEN_ROUTES or any(act_rules()[act].open for act in acts):
            continue
        method, path = name.split(" ", 1)
        filled = re.sub(r"{[^}]*}", NO_SUCH_ID, path)
        for body in (None, b"{}", b"\0" * 1000):
            answer = await house.call("", method, filled, content=body)
            assert (answer.status_code, answer.json()["code"]) == (401, "token-missing"), name
            tried += 1
    assert tried >= 9


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(house: House) -> dict[str, str]:
    """A request of the one plan with its reply, ready."""
    data = request_file(PLAN, "provisional", "20260601", [CASES[0].row])
    request = (await house.send(data, 1))["id"]
    await house.close_cycle("2026-06-15T23:59:59+09:00")
    (batch,) = (await house.batches("2026-06-A")).values()
    await house.put_answer(batch, answers(country(), *await house.carry_out(batch)))
    await house.until("operator-1", f"/matcher/v1/batches/{batch}", "releasable")
    await house.release(batch)
    await house.until("portal", f"/intake/v1/requests/{request}", "replied")
    (reply,) = (await house.json("portal", "GET", f"/media/v1/replies?request_id={request}"))["items"]
    await house.until("portal", f"/media/v1/replies/{reply['id']}", "ready")
    return {"request_id": str(request), "reply_id": str(reply["id"]), "number": PLAN}


BODIES: dict[str, Any] = {
    "replacement": {"record_count": 1, "sha256": "0" * 64, "form": {"date": "2026-06-01", "contact": "-"}},
    "receipt": {"sha256": "0" * 64},
}


async def test_other_plans_ids_are_unknown_on_every_route(house: House, ids: dict[str, str]) -> None:
    tried = 0
    for service in ("intake", "media", "authority"):
        for name, acts in routes(house.embedded.services[service].app):
            method, path = name.split(" ", 1)
            names = re.findall(r"{([^}]*)}", path)
            if not names or not any(act_rules()[act].clients for act in acts) or names == ["cycle"]:
                continue
            (word,) = names
            more = {"json": BODIES[path.rsplit("/", 1)[1]]} if path.rsplit("/", 1)[1] in BODIES else {}
            foreign = await house.call("other-portal", method, path.replace(f"{{{word}}}", ids[word]), **more)
            unknown = "99999999" if word == "number" else NO_SUCH_ID
            nothing = await house.call("other-portal", method, path.replace(f"{{{word}}}", unknown), **more)
            assert foreign.status_code == nothing.status_code == 404, name
            assert said(foreign) == said(nothing), name
            tried += 1
    assert tried >= 10
    shown = await house.json("portal", "GET", f"/media/v1/replies/{ids['reply_id']}")
    assert shown["state"] == "ready"


def said(answer: httpx.Response) -> tuple[dict[str, Any], set[str]]:
    """An answer without what differs from call to call."""
    return {key: value for key, value in answer.json().items() if key != "trace_id"}, set(answer.headers)


async def test_lists_hold_only_a_plans_own(house: House, ids: dict[str, str]) -> None:
    for path in (
        "/intake/v1/requests",
        f"/intake/v1/requests?plan_number={PLAN}",
        "/media/v1/replies",
        f"/media/v1/replies?request_id={ids['request_id']}",
    ):
        assert (await house.json("portal", "GET", path))["items"], path
        assert (await house.json("other-portal", "GET", path))["items"] == [], path
    plans = (await house.json("other-portal", "GET", "/intake/v1/plans"))["items"]
    assert PLAN not in {plan["number"] for plan in plans}
    body = {"plan_number": PLAN, "kind": "main", "record_count": 1, "sha256": "0" * 64}
    form = {"date": "2026-06-01", "contact": "-"}
    assert await house.code("other-portal", "POST", "/intake/v1/requests", json={**body, "form": form}) == "not-found"
    check = {"kind": "main", "records": [{"member_id": "A"}], "plan_number": PLAN}
    assert await house.code("other-portal", "POST", "/intake/v1/checks", json=check) == "not-found"
