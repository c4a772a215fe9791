"""Bodies, headers and parameters that are made to harm."""

import tracemalloc
from collections.abc import AsyncIterator

import pytest

from tests.hardening.house import PLAN, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

REQUESTS = "/intake/v1/requests"
MEBIBYTE = bytes(1 << 20)
BAD_JSON = {
    "nothing": b"",
    "no JSON": b"{",
    "another kind of value": b"[1, 2]",
    "NULs": b"\0" * 1000,
    "UTF-16": '{"plan_number": "1"}'.encode("utf-16"),
    "lone surrogates": b'{"plan_number": "\\ud800", "form": {"contact": "\\udfff"}}',
    "a hundred thousand brackets": b"[" * 100_000,
    "a hundred thousand objects": b'{"a":' * 100_000,
    "an endless number": b'{"record_count": ' + b"9" * 10_000 + b"}",
    "not a number": b'{"record_count": NaN, "form": Infinity}',
    "a million keys": b"{" + b",".join(b'"k%d":1' % at for at in range(200_000)) + b"}",
    "the same key twice": b'{"kind": "main", "kind": "provisional"}',
    "a prototype": b'{"__proto__": {"plans": ["*"]}, "__class__": "x"}',
    "a name for a key": '{"佐藤一郎": 1, "form": {"佐藤一郎": 1}}'.encode(),
}


@pytest.mark.parametrize("name", BAD_JSON)
async def test_bad_json_is_a_problem_and_is_not_echoed(house: House, name: str) -> None:
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = await house.call(
            "portal", "POST", REQUESTS, content=BAD_JSON[name], headers={"Content-Type": content_type}
        )
        assert answer.status_code in (400, 422)
        assert len(answer.content) < 100_000
        assert "__proto__" not in answer.text
        assert "佐藤" not in answer.text


async def test_texts_made_to_harm_are_kept_as_texts_or_refused(house: House) -> None:
    form = {"date": "2026-06-01", "contact": "-"}
    body = {"plan_number": PLAN, "kind": "provisional", "record_count": 1, "sha256": "0" * 64, "form": form}
    for text in ("'; drop table request; --", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202e", "{{7*7}}"):
        await house.json("portal", "POST", REQUESTS, json={**body, "form": {**form, "contact": text}})
    for text in ("\0", "a\nb", "\x1b[31m", "x" * 201, "\ud800"):
        content = repr({**body, "form": {**form, "contact": "@"}}).replace("'", '"').replace("@", _escaped(text))
        assert await house.code("portal", "POST", REQUESTS, content=content) in ("invalid-input", "bad-request")
    for field, wrong in (("plan_number", "0001234５"), ("kind", "Provisional"), ("record_count", -1), ("sha256", "g")):
        assert await house.code("portal", "POST", REQUESTS, json={**body, field: wrong}) == "invalid-input"


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in text)


async def test_parameters_made_to_harm(house: House) -> None:
    for query in ("limit=0", "limit=-1", "limit=99999999999999999999", "limit=x", "cursor=%00", "cursor=" + "A" * 5000):
        assert (await house.call("portal", "GET", f"{REQUESTS}?{query}")).status_code in (400, 422)
    for cursor in ("", "e30", "4pyT", "JyBPUiAxPTE", "%2e%2e%2f", "_" * 100):
        assert (await house.call("portal", "GET", f"{REQUESTS}?cursor={cursor}")).status_code in (200, 400, 422)
    for name in ("%2e%2e%2f%2e%2e", "%00", "x" * 3000, "' or 1=1 --", "NULL", "%ff%fe", "１"):
        answer = await house.call("portal", "GET", f"{REQUESTS}/{name}")
        assert answer.status_code in (404, 422), name


async def test_headers_made_to_harm(house: House) -> None:
    for name in ("Shokai-Purpose", "Shokai-Case", "Shokai-Approval", "Idempotency-Key", "traceparent", "Range"):
        for value in (
            "x" * 5000,
            "\xff\xfe",
            "' or 1=1",
            "00-" + "0" * 32 + "-" + "0" * 16 + "-00",
            "bytes=0-0,5-1,-,9-",
        ):
            answer = await house.call("portal", "GET", REQUESTS, headers={name: value.encode("latin-1")})  # type: ignore[dict-item]
            assert answer.status_code in (200, 400, 422)
            posted = await house.call("portal", "POST", REQUESTS, json={}, headers={name: value.encode("latin-1")})  # type: ignore[dict-item]
            assert posted.status_code in (400, 422)


@pytest.mark.parametrize("who", ["", "portal"])
@pytest.mark.parametrize("path", [REQUESTS, "/authority/v1/sessions", "/authority/v1/token"])
async def test_an_endless_body_does_not_fill_the_memory(house: House, who: str, path: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(256):
            sent += 1
            yield MEBIBYTE

    tracemalloc.start()
    try:
        answer = await house.call(who, "POST", path, content=endless())
        assert answer.status_code in (400, 401, 413, 422)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert sent < 32


async def test_a_totp_secret_that_is_none_is_refused(house: House) -> None:
    entry = {"id": "clerk-9", "name": "第九担当", "team": "clerk", "password": "password-of-clerk-9"}
    entry |= {"roster_from": "2026-04-01", "pledged_on": "2026-04-01", "trained_on": "2026-04-01"}
    for secret in ("１２３４５６７８", "ééé", "1", "!", "A" * 7):
        made = await house.code("admin-1", "POST", "/authority/v1/staff", json={**entry, "totp_secret": secret})
        assert made in ("totp-secret-unreadable", "invalid-input")
        changed = await house.code("admin-1", "PATCH", "/authority/v1/staff/clerk-2", json={"totp_secret": secret})
        assert changed in ("totp-secret-unreadable", "invalid-input")
