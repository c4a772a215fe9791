"""Tokens for API clients: by secret in demo mode, by signed assertion anywhere."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from services.authority.usecases.client_register import add_client
from services.authority.usecases.entries import ClientEntry
from services.authority.usecases.issue_client_token import ASSERTION_TYPE
from shared.crypto.keyring import Keyring
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor
from tests.integration.authority.conftest import Authority, announced, open_authority, records

URL = "http://shokai/authority/v1/token"
KEYS: dict[str, Any] = {
    "EdDSA": Ed25519PrivateKey.generate(),
    "ES256": generate_private_key(SECP256R1()),
    "PS256": generate_rsa_key(public_exponent=65537, key_size=3072),
}


def pem(key: Any) -> str:
    return str(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def enter(authority: Authority, algorithm: str) -> None:
    entry = ClientEntry(id="signer", plans=["00012345"], public_key=pem(KEYS[algorithm]))
    access = Access(Actor.job("test"), "authority.client.add", "client", "signer")
    authority.parts.db.write_now(add_client(authority.parts, entry, access))


def assertion(algorithm: str, **claims: Any) -> str:
    life = {
        "iss": "signer",
        "sub": "signer",
        "aud": URL,
        "jti": new_id(),
        "exp": datetime.now(UTC) + timedelta(minutes=2),
    }
    named = {name: value for name, value in (life | claims).items() if value is not None}
    return jwt.encode(named, KEYS[algorithm], algorithm=algorithm)


async def signed(authority: Authority, text: str, **more: str) -> Any:
    return await authority.token(client_assertion_type=ASSERTION_TYPE, client_assertion=text, **more)


async def test_a_secret_gets_a_token_bound_to_its_plans_in_demo_mode(authority: Authority) -> None:
    answer = await authority.token(client_id="one-plan", client_secret="one-plan-secret")
    assert answer.status_code == 200
    assert {**answer.json(), "access_token": ""} == {"access_token": "", "token_type": "Bearer", "expires_in": 600}
    assert answer.headers["cache-control"] == "no-store"
    principal = authority.host.kit.tokens.principal(answer.json()["access_token"], audience="intake")
    assert (principal.kind, principal.id, principal.plans) == ("client", "one-plan", frozenset({"00012345"}))
    with pytest.raises(Refusal):
        authority.host.kit.tokens.principal(answer.json()["access_token"], audience="authority")


async def test_basic_authentication_is_taken_too(authority: Authority) -> None:
    async with authority.http as http:
        form = {"grant_type": "client_credentials"}
        answer = await http.post("/authority/v1/token", data=form, auth=("portal", "portal-secret"))
        assert answer.status_code == 200
        answer = await http.post("/authority/v1/token", data=form, headers={"Authorization": "Basic ???"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "form", [{"client_id": "nobody", "client_secret": "x"}, {"client_id": "portal", "client_secret": "x"}, {}]
)
async def test_a_wrong_client_and_a_wrong_secret_look_the_same(authority: Authority, form: dict[str, str]) -> None:
    answer = await authority.token(**form)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-client")
    assert answer.headers["content-type"] == "application/problem+json"
    last = records(authority.parts)[-1]
    assert (last["action"], last["outcome"]) == ("authority.token.issue", "refused")
    assert "nobody" not in str(last)


async def test_only_client_credentials_in_a_form_are_offered(authority: Authority) -> None:
    assert (await authority.token(grant_type="password")).json()["code"] == "unsupported-grant-type"
    async with authority.http as http:
        assert (await http.post("/authority/v1/token", json={"grant_type": "x"})).status_code == 400
        twice = b"grant_type=client_credentials&client_id=a&client_id=b"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert (await http.post("/authority/v1/token", content=twice, headers=headers)).status_code == 400
        long = b"grant_type=" + b"x" * 20_000
        assert (await http.post("/authority/v1/token", content=long, headers=headers)).status_code == 413


@pytest.mark.parametrize("algorithm", KEYS)
async def test_an_assertion_gets_a_token_once(authority: Authority, algorithm: str) -> None:
    enter(authority, algorithm)
    text = assertion(algorithm)
    assert (await signed(authority, text)).status_code == 200
    assert (await signed(authority, text)).status_code == 401
    assert records(authority.parts)[-1]["reason"] == "assertion-used"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "http://elsewhere/token"},
        {"exp": datetime.now(UTC) - timedelta(minutes=1)},
        {"exp": datetime.now(UTC) + timedelta(hours=1)},
        {"iss": "portal"},
        {"sub": "portal"},
        {"jti": None},
        {"exp": None},
    ],
)
async def test_an_assertion_that_is_not_quite_right_gets_nothing(authority: Authority, claims: dict[str, Any]) -> None:
    enter(authority, "EdDSA")
    assert (await signed(authority, assertion("EdDSA", **claims))).json()["code"] == "invalid-client"


async def test_an_assertion_of_another_key_or_for_another_client_gets_nothing(authority: Authority) -> None:
    enter(authority, "EdDSA")
    stranger = jwt.encode(
        jwt.decode(assertion("EdDSA"), options={"verify_signature": False}), Ed25519PrivateKey.generate(), "EdDSA"
    )
    for text in (stranger, assertion("ES256"), "rubbish", jwt.encode({"sub": "signer"}, "", "none")):
        assert (await signed(authority, text)).status_code == 401
    assert (await signed(authority, assertion("EdDSA"), client_id="portal")).status_code == 401
    assert (
        await authority.token(client_assertion_type="other", client_assertion=assertion("EdDSA"))
    ).status_code == 401


async def test_a_short_key_and_an_older_padding_are_refused(authority: Authority) -> None:
    short = generate_rsa_key(public_exponent=65537, key_size=2048)
    with pytest.raises(ValidationError):
        ClientEntry(id="short", plans=["*"], public_key=pem(short))
    enter(authority, "PS256")
    claims = jwt.decode(assertion("PS256"), options={"verify_signature": False})
    assert (await signed(authority, jwt.encode(claims, KEYS["PS256"], algorithm="RS256"))).status_code == 401


async def test_in_production_a_shared_secret_is_worth_nothing(filled: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(filled, tmp_path / "data")
    async with open_authority(tmp_path / "data", "production") as authority:
        assert (await authority.token(client_id="portal", client_secret="portal-secret")).status_code == 401
        entry = ClientEntry.model_validate({"id": "new", "plans": ["*"], "secret": "long enough a secret"})
        with pytest.raises(Refusal) as refused:
            add_client(authority.parts, entry, Access(Actor.job("test"), "authority.client.add", "client", "new"))
        assert refused.value.code == "secret-only-in-demo"
        enter(authority, "ES256")
        assert (await signed(authority, assertion("ES256"))).status_code == 200


async def test_an_ended_client_gets_no_token_and_loses_those_it_has(authority: Authority) -> None:
    assert (await authority.token(client_id="portal", client_secret="portal-secret")).status_code == 200
    async with await authority.client_of("admin-1") as admin:
        assert (await admin.post("/authority/v1/clients/portal/end")).status_code == 200
    assert (await authority.token(client_id="portal", client_secret="portal-secret")).status_code == 401
    assert announced(authority.parts).count("authority.token.revoked.v1") == 1


async def test_published_keys_check_tokens_without_us(authority: Authority) -> None:
    answer = await authority.token(client_id="portal", client_secret="portal-secret")
    async with authority.http as http:
        published = (await http.get("/authority/v1/jwks")).json()
    key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(answer.json()["access_token"])["kid"]]
    assert isinstance(key.key, Ed25519PublicKey)
    claims = jwt.decode(answer.json()["access_token"], key.key, algorithms=["EdDSA"], audience="media")
    assert claims["exp"] - claims["iat"] == 600
    assert not any("d" in one for one in published["keys"])


def test_no_secret_lies_in_the_database_in_clear(filled: Path) -> None:
    stored = b"".join(path.read_bytes() for path in (filled / "authority").iterdir())
    for secret in (b"portal-secret", b"clerk-1-password", b"pc-secret-word", "試験".encode()):
        assert secret not in stored
    assert Keyring.open(filled / "keys" / "keyring.json")
