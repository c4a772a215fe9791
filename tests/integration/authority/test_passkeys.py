"""Passkeys over HTTP: added by whoever has just signed in, good for one sign-in a challenge, ended."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from tests.integration.authority.conftest import Authority, records
from tests.parts.authenticator import PRESENT, Authenticator


async def add(authority: Authority, staff_id: str, key: Authenticator) -> httpx.Response:
    """The answer to a new passkey, added by somebody who signs in for it."""
    async with await authority.client_of(staff_id) as http:
        options = await http.post("/authority/v1/passkeys/options")
        assert options.status_code == 200, options.text
        return await http.post("/authority/v1/passkeys", json={"credential": key.create(options.json())})


async def challenge(authority: Authority) -> dict[str, Any]:
    """What a browser is given to sign."""
    async with authority.http as http:
        answer = await http.post("/authority/v1/sessions/passkey-options")
    return dict(answer.json())


async def sign_in(authority: Authority, credential: Any, **more: str) -> httpx.Response:
    """The answer to a signed challenge at the office PC."""
    body = {"credential": credential, "equipment_id": "pc", "equipment_secret": "pc-secret-word"} | more
    async with authority.http as http:
        return await http.post("/authority/v1/sessions/passkey", json=body)


async def use(authority: Authority, key: Authenticator, **more: str) -> httpx.Response:
    """Signs a fresh challenge and brings it."""
    return await sign_in(authority, key.get(await challenge(authority)), **more)


async def test_a_passkey_signs_its_owner_in_at_a_known_machine(authority: Authority) -> None:
    key = Authenticator()
    added = await add(authority, "clerk-1", key)
    assert added.status_code == 201, added.text
    answer = await use(authority, key)
    assert answer.status_code == 200, answer.text
    principal = authority.host.kit.tokens.principal(answer.json()["access_token"], audience="intake")
    assert (principal.id, principal.team, principal.equipment) == ("clerk-1", "clerk", "pc")
    last = records(authority.parts)[-1]
    assert (last["action"], last["outcome"]) == ("authority.session.open_with_passkey", "done")
    async with await authority.client_of("clerk-1") as http:
        (listed,) = (await http.get("/authority/v1/passkeys")).json()["items"]
    assert (listed["id"], listed["equipment"], listed["ended_at"]) == (added.json()["id"], "pc", None)
    assert listed["used_at"]


async def test_a_signed_challenge_is_taken_once(authority: Authority) -> None:
    key = Authenticator()
    await add(authority, "clerk-1", key)
    signed = key.get(await challenge(authority))
    assert (await sign_in(authority, signed)).status_code == 200
    assert (await sign_in(authority, signed)).json()["code"] == "invalid-credentials"
    assert records(authority.parts)[-1]["reason"] == "passkey-used"


BENT: Final[dict[str, dict[str, Any]]] = {
    "another page": {"origin": "https://shokai.example"},
    "another host": {"host": "elsewhere"},
    "a person not looked at": {"flags": PRESENT},
    "another key": {"key": generate_private_key(SECP256R1())},
}


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT)
async def test_what_is_wrong_is_recorded_and_not_told(authority: Authority, bent: dict[str, Any]) -> None:
    key = Authenticator()
    await add(authority, "clerk-1", key)
    answer = await use(authority, replace(key, **bent))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-credentials")
    assert records(authority.parts)[-1]["reason"] == "passkey-invalid"


async def test_machine_challenge_and_lock_count_as_with_a_password(authority: Authority) -> None:
    key = Authenticator()
    await add(authority, "clerk-1", key)
    made_up = key.get({"challenge": "AAAA" * 14})
    assert (await use(authority, Authenticator())).json()["code"] == "invalid-credentials"
    assert records(authority.parts)[-1]["reason"] == "passkey-unknown"
    assert (await sign_in(authority, made_up)).json()["code"] == "invalid-credentials"
    for _ in range(4):
        assert (await use(authority, key, equipment_secret="wrong")).json()["code"] == "invalid-credentials"
    assert (await use(authority, key)).json()["code"] == "sign-in-locked"


async def test_a_challenge_ends(authority: Authority) -> None:
    key = Authenticator()
    await add(authority, "clerk-1", key)
    signed = key.get(await challenge(authority))
    authority.machine.set(authority.machine.now() + timedelta(minutes=6))
    assert (await sign_in(authority, signed)).status_code == 401


async def test_a_copied_authenticator_is_found_by_its_counter(authority: Authority) -> None:
    key = Authenticator(counter=7)
    await add(authority, "clerk-1", key)
    key.counter = 9
    assert (await use(authority, key)).status_code == 200
    key.counter = 8
    assert (await use(authority, key)).status_code == 401
    assert records(authority.parts)[-1]["reason"] == "passkey-copied"


async def test_a_passkey_is_added_only_soon_after_signing_in_and_for_oneself(authority: Authority) -> None:
    key = Authenticator()
    async with await authority.client_of("clerk-1") as clerk, await authority.client_of("clerk-2") as other:
        mine = (await clerk.post("/authority/v1/passkeys/options")).json()
        assert mine["authenticatorSelection"] == {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        }
        assert "clerk" not in mine["user"]["id"]
        taken = await other.post("/authority/v1/passkeys", json={"credential": key.create(mine)})
        assert (taken.status_code, taken.json()["code"]) == (422, "passkey-not-accepted")
        for answer in (key.get(mine), key.create({"challenge": "AAAA"}), {**key.create(mine), "response": {}}):
            refused = await clerk.post("/authority/v1/passkeys", json={"credential": answer})
            assert refused.status_code == 422, refused.text
        added = await clerk.post("/authority/v1/passkeys", json={"credential": key.create(mine)})
        assert added.status_code == 201
        again = await clerk.post("/authority/v1/passkeys", json={"credential": key.create(mine)})
        assert again.status_code == 422
        excluded = (await clerk.post("/authority/v1/passkeys/options")).json()["excludeCredentials"]
        assert len(excluded) == 1
        authority.machine.set(authority.machine.now() + timedelta(minutes=16))
        assert (await clerk.post("/authority/v1/passkeys/options")).json()["code"] == "sign-in-again"


async def test_an_ended_passkey_opens_nothing(authority: Authority) -> None:
    keys = [Authenticator(), Authenticator()]
    ids = [(await add(authority, "clerk-1", key)).json()["id"] for key in keys]
    async with await authority.client_of("clerk-2") as stranger:
        assert (await stranger.post(f"/authority/v1/passkeys/{ids[0]}/end")).status_code == 404
    async with await authority.client_of("clerk-1") as owner:
        assert (await owner.post(f"/authority/v1/passkeys/{ids[0]}/end")).status_code == 200
    async with await authority.client_of("admin-1") as admin:
        assert (await admin.post(f"/authority/v1/passkeys/{ids[1]}/end")).status_code == 200
    for key in keys:
        assert (await use(authority, key)).status_code == 401
    assert records(authority.parts)[-1]["reason"] == "passkey-unknown"


async def test_duty_counts_with_a_passkey_too(authority: Authority) -> None:
    key = Authenticator()
    await add(authority, "clerk-1", key)
    async with await authority.client_of("admin-1") as admin:
        changed = await admin.patch("/authority/v1/staff/clerk-1", json={"pledged_on": None})
        assert changed.status_code == 200, changed.text
    assert (await use(authority, key)).json()["code"] == "pledge-missing"


@pytest.mark.parametrize("bend", ["response", "rawId", "id", "type"])
async def test_rubbish_is_no_server_error(authority: Authority, bend: str) -> None:
    key = Authenticator()
    await add(authority, "clerk-1", key)
    good = key.get(await challenge(authority))
    for rubbish in ("", "é", {}, {"clientDataJSON": 1}, {"clientDataJSON": "e30", "authenticatorData": "AA"}):
        assert (await sign_in(authority, good | {bend: rubbish})).status_code in (401, 422, 429)
