"""Signing in: what it takes, what it tells, what it records."""

import base64
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from services.authority.domain.totp import STEP_SECONDS, code_at
from services.authority.usecases.change_keys import rotate_key
from shared.crypto.published import TOKENS
from tests.integration.authority.conftest import START, Authority, announced, person, records
from tests.integration.conftest import staff


async def test_a_token_says_who_where_and_until_when_the_duty_lasts(authority: Authority) -> None:
    answer = await authority.sign_in("clerk-1")
    assert answer.status_code == 200
    assert {**answer.json(), "access_token": ""} == {"access_token": "", "token_type": "Bearer", "expires_in": 600}
    principal = authority.host.kit.tokens.principal(answer.json()["access_token"], audience="intake")
    assert (principal.kind, principal.id, principal.team) == ("staff", "clerk-1", "clerk")
    assert (principal.equipment, principal.equipment_class, principal.place) == ("pc", "office_pc", "office")
    assert str(principal.trained_until) == "2027-04-10"
    assert records(authority.parts)[-1] | {"outcome": "done"} == records(authority.parts)[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"staff_id": "nobody"},
        {"password": "wrong"},
        {"equipment_id": "nothing"},
        {"equipment_secret": "wrong"},
    ],
)
async def test_wrong_credentials_are_not_told_apart(authority: Authority, wrong: dict[str, str]) -> None:
    async with authority.http as http:
        answer = await http.post("/authority/v1/sessions", json=authority.credentials("clerk-1") | wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-credentials")
    assert "facts" not in answer.json()
    last = records(authority.parts)[-1]
    assert (last["action"], last["outcome"], last["reason"]) == (
        "authority.session.open",
        "refused",
        "invalid-credentials",
    )
    assert "nobody" not in str(last)


@pytest.mark.parametrize(
    ("staff_id", "code"),
    [
        ("unpledged", "pledge-missing"),
        ("untrained", "training-missing"),
        ("trained-long-ago", "training-expired"),
        ("not-yet", "not-on-roster"),
        ("no-longer", "not-on-roster"),
    ],
)
async def test_the_condition_of_duty_that_fails_is_named_and_recorded(
    authority: Authority, staff_id: str, code: str
) -> None:
    answer = await authority.sign_in(staff_id)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert records(authority.parts)[-1]["reason"] == code


async def test_duty_follows_the_business_clock(authority: Authority) -> None:
    authority.host.clock.set(START + timedelta(days=1))
    assert (await authority.sign_in("not-yet")).status_code == 200
    authority.host.clock.set(datetime(2027, 4, 11, tzinfo=UTC))
    assert (await authority.sign_in("clerk-1")).json()["code"] == "training-expired"


async def test_five_failures_lock_and_the_delay_grows(authority: Authority) -> None:
    for _ in range(5):
        assert (await authority.sign_in("clerk-1", password="wrong")).status_code == 401
    assert (await authority.sign_in("clerk-1")).json()["code"] == "sign-in-locked"
    authority.machine.set(authority.machine.now() + timedelta(seconds=31))
    assert (await authority.sign_in("clerk-1", password="wrong")).status_code == 401
    authority.machine.set(authority.machine.now() + timedelta(seconds=31))
    assert (await authority.sign_in("clerk-1")).status_code == 429
    authority.machine.set(authority.machine.now() + timedelta(seconds=31))
    assert (await authority.sign_in("clerk-1")).status_code == 200
    assert (await authority.sign_in("clerk-1", password="wrong")).status_code == 401
    assert (await authority.sign_in("clerk-1")).status_code == 200


async def test_an_unknown_name_locks_just_like_a_known_one(authority: Authority) -> None:
    for _ in range(5):
        assert (await authority.sign_in("nobody")).status_code == 401
    assert (await authority.sign_in("nobody")).status_code == 429


async def test_who_has_a_one_time_password_needs_it(authority: Authority) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    async with await authority.client_of("admin-1") as admin:
        row = {key: str(value) for key, value in person("careful", "clerk", totp_secret=secret).items()}
        added = await admin.post("/authority/v1/staff", json=row)
    assert added.status_code == 201, added.text
    assert secret not in added.text
    assert (await authority.sign_in("careful")).status_code == 401
    step = int(authority.machine.now().timestamp()) // STEP_SECONDS
    assert (await authority.sign_in("careful", totp="000000")).status_code == 401
    now, before = (code_at(base64.b32decode(secret), step - back) for back in (0, 1))
    assert (await authority.sign_in("careful", totp=now)).status_code == 200
    for used in (now, before):
        assert (await authority.sign_in("careful", totp=used)).status_code == 401
        assert records(authority.parts)[-1]["reason"] == "totp-used"
    authority.machine.set(authority.machine.now() + timedelta(seconds=STEP_SECONDS))
    assert (await authority.sign_in("careful", totp=code_at(base64.b32decode(secret), step + 1))).status_code == 200


async def test_sign_out_ends_every_token_of_the_session_everywhere(authority: Authority) -> None:
    async with await authority.client_of("clerk-1") as first:
        renewed = await first.post("/authority/v1/sessions/current/renewal")
        assert renewed.status_code == 200
        assert (await first.delete("/authority/v1/sessions/current")).status_code == 204
        for token in (first.headers["Authorization"], f"Bearer {renewed.json()['access_token']}"):
            answer = await first.get("/authority/v1/matrices", headers={"Authorization": token})
            assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
    assert announced(authority.parts).count("authority.token.revoked.v1") == 2


async def test_a_session_ends_when_duty_age_or_equipment_says_so(authority: Authority) -> None:
    async with await authority.client_of("clerk-1") as clerk, await authority.client_of("admin-1") as admin:
        authority.machine.set(authority.machine.now() + timedelta(hours=13))
        answer = await clerk.post("/authority/v1/sessions/current/renewal")
        assert (answer.status_code, answer.json()["code"]) == (401, "session-ended")
        authority.machine.set(authority.machine.now() - timedelta(hours=13))
        assert (await clerk.post("/authority/v1/sessions/current/renewal")).json()["code"] == "session-ended"
        ended = await admin.post("/authority/v1/equipment/pc/end")
        assert ended.status_code == 200
        assert (await admin.get("/authority/v1/matrices")).status_code == 401
    assert (await authority.sign_in("clerk-1")).status_code == 401


async def test_who_leaves_is_signed_out_at_once(authority: Authority) -> None:
    async with await authority.client_of("clerk-1") as clerk, await authority.client_of("admin-1") as admin:
        assert (await admin.post("/authority/v1/staff/clerk-1/end", json={"on": "2026-05-31"})).status_code == 200
        assert (await clerk.get("/authority/v1/matrices")).status_code == 401
    assert (await authority.sign_in("clerk-1")).json()["code"] == "staff-left"


async def test_a_token_that_no_session_issued_cannot_be_renewed(authority: Authority) -> None:
    async with authority.host.client("authority", staff("clerk")) as stranger:
        assert (await stranger.post("/authority/v1/sessions/current/renewal")).status_code == 401


async def test_old_tokens_live_through_one_rotation_of_the_signing_key(authority: Authority) -> None:
    async with await authority.client_of("clerk-1") as clerk:
        before = jwt.get_unverified_header(clerk.headers["Authorization"].split()[1])["kid"]
        rotate_key(authority.parts.keyring, authority.parts.blobs, TOKENS)
        published = (await clerk.get("/authority/v1/jwks")).json()["keys"]
        assert len(published) == 2
        assert before in {key["kid"] for key in published}
        assert (await clerk.get("/authority/v1/matrices")).status_code == 200
        rotate_key(authority.parts.keyring, authority.parts.blobs, TOKENS)
        assert (await clerk.get("/authority/v1/matrices")).status_code == 401
