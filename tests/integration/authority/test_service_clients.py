"""Machines of our own get a token by their key in the folder, once an assertion, and are no plan's client."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.authority.usecases.client_register import add_client
from services.authority.usecases.entries import ClientEntry
from services.authority.usecases.issue_client_token import ASSERTION_TYPE
from shared.auth.tokens import ISSUER
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor
from tests.integration.authority.conftest import Authority, records
from tests.integration.authority.test_client_tokens import pem

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def folder(authority: Authority, tmp_path: Path) -> Path:
    """Authority with a folder of machines' keys, in which the console's lies."""
    place = tmp_path / "machines"
    place.mkdir()
    (place / "console.pem").write_text(pem(KEY))
    settings = authority.parts.settings.model_copy(update={"service_keys_dir": place})
    authority.parts = replace(authority.parts, settings=settings)
    authority.host.services["authority"].app.state.parts = authority.parts
    return place


def assertion(key: Any = KEY, algorithm: str = "EdDSA", **claims: Any) -> str:
    life = {
        "iss": "console",
        "sub": "console",
        "aud": ISSUER,
        "jti": new_id(),
        "exp": datetime.now(UTC) + timedelta(minutes=1),
    }
    named = {name: value for name, value in (life | claims).items() if value is not None}
    return jwt.encode(named, key, algorithm=algorithm)


async def signed(authority: Authority, text: str, **more: str) -> Any:
    return await authority.token(client_assertion_type=ASSERTION_TYPE, client_assertion=text, **more)


@pytest.mark.usefixtures("folder")
async def test_a_machine_gets_a_token_of_its_own_kind_once(authority: Authority) -> None:
    text = assertion()
    answer = await signed(authority, text)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 600)
    for audience in ("intake", "matcher", "media", "audit"):
        principal = authority.host.kit.tokens.principal(answer.json()["access_token"], audience=audience)
        assert (principal.kind, principal.id, principal.plans, principal.team) == (
            "service", "console", frozenset(), "",
        )  # fmt: skip
    with pytest.raises(Refusal):
        authority.host.kit.tokens.principal(answer.json()["access_token"], audience="authority")
    last = records(authority.parts)[-1]
    assert (last["action"], last["actor_kind"], last["actor"], last["outcome"]) == (
        "authority.token.issue", "service", "console", "done",
    )  # fmt: skip
    assert (await signed(authority, text)).status_code == 401
    last = records(authority.parts)[-1]
    assert (last["outcome"], last["reason"]) == ("refused", "assertion-used")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "http://elsewhere/token"},
        {"exp": datetime.now(UTC) - timedelta(minutes=1)},
        {"exp": datetime.now(UTC) + timedelta(hours=1)},
        {"iss": "portal"},
        {"sub": "portal"},
        {"sub": "audit", "iss": "audit"},
        {"sub": "../machines/console", "iss": "../machines/console"},
        {"sub": "CONSOLE", "iss": "CONSOLE"},
        {"jti": None},
        {"exp": None},
    ],
)
async def test_an_assertion_that_is_not_quite_right_gets_nothing(authority: Authority, claims: dict[str, Any]) -> None:
    assert (await signed(authority, assertion(**claims))).json()["code"] == "invalid-client"


@pytest.mark.usefixtures("folder")
async def test_another_key_an_unsigned_word_or_a_secret_gets_nothing(authority: Authority) -> None:
    for text in (assertion(Ed25519PrivateKey.generate()), jwt.encode({"sub": "console"}, "", "none"), "rubbish"):
        assert (await signed(authority, text, client_id="console")).status_code == 401
    assert (await authority.token(client_id="console", client_secret="console")).status_code == 401
    assert (await authority.token(client_id="console")).status_code == 401


def _no_key(folder: Path) -> None:
    (folder / "console.pem").write_text("rubbish")


def _other_kind(folder: Path) -> None:
    (folder / "console.pem").write_text(pem(generate_private_key(SECP256R1())))


def _gone(folder: Path) -> None:
    (folder / "console.pem").unlink()


@pytest.mark.parametrize("spoil", [_no_key, _other_kind, _gone])
async def test_a_key_that_is_spoilt_or_taken_away_opens_nothing(
    authority: Authority, folder: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(folder)
    assert (await signed(authority, assertion())).status_code == 401


async def test_a_new_key_in_the_folder_counts_at_once(authority: Authority, folder: Path) -> None:
    fresh = Ed25519PrivateKey.generate()
    (folder / "console.pem").write_text(pem(fresh))
    assert (await signed(authority, assertion(fresh))).status_code == 200
    assert (await signed(authority, assertion())).status_code == 401


async def test_a_machines_name_is_never_a_plans_client(authority: Authority, folder: Path) -> None:
    access = Access(Actor.job("test"), "authority.client.add", "client", "console")
    entry = ClientEntry(id="console", plans=["*"], public_key=pem(KEY))
    with pytest.raises(Refusal) as refused:
        authority.parts.db.write_now(add_client(authority.parts, entry, access))
    assert refused.value.code == "client-exists"
    # One that was there before the machine can prove itself as itself no longer.
    (folder / "portal.pem").write_text(pem(KEY))
    assert (await authority.token(client_id="portal", client_secret="portal-secret")).status_code == 401


async def test_without_a_folder_there_are_no_machines(authority: Authority) -> None:
    assert (await signed(authority, assertion())).status_code == 401
