"""What a browser brings from an authenticator, looked at by the library for Web Authentication."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, parse_client_data_json

from services.authority.domain.passkeys import accepted_origin
from services.authority.parts import AuthorityParts
from services.authority.usecases.passkeys.challenges import still_good

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A new key pair's public half, with what its authenticator tells of it."""

    credential_id: bytes
    public_key: bytes
    counter: int
    synced: bool
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A challenge signed with a known passkey, after its authenticator has made sure of the person."""

    challenge: bytes
    counter: int


def credential_of(answer: Answer) -> bytes:
    """Which passkey an answer says it is of, unproven; empty where it says nothing."""
    try:
        return base64url_to_bytes(str(answer["rawId"]))
    except (KeyError, ValueError):
        return b""


def made(parts: AuthorityParts, answer: Answer, what_for: str) -> Made | None:
    """The key pair that an answer to our challenge brings; None where anything is wrong with it."""
    try:
        challenge, origin = _asked(parts, answer, what_for)
        found = verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=parts.settings.passkey_host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception:  # the library lets through whatever its parsers stumble over; all of it is one answer to us
        return None
    key, counter = found.credential_public_key, found.sign_count
    return Made(found.credential_id, key, counter, found.credential_backed_up, challenge)


def signed(parts: AuthorityParts, answer: Answer, what_for: str, public_key: bytes) -> Signed | None:
    """What that public key has signed for our challenge; None where anything is wrong. The counter is not judged."""
    try:
        challenge, origin = _asked(parts, answer, what_for)
        found = verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=parts.settings.passkey_host,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception:  # as above
        return None
    return Signed(challenge, found.new_sign_count)


def in_base64url(raw: bytes) -> str:
    """Bytes as browsers write them."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _asked(parts: AuthorityParts, answer: Answer, what_for: str) -> tuple[bytes, str]:
    """The challenge and the page's origin in an answer, where both are ours; ValueError otherwise."""
    client = parse_client_data_json(base64url_to_bytes(str(answer["response"]["clientDataJSON"])))
    settings = parts.settings
    if not accepted_origin(client.origin, host=settings.passkey_host, named=settings.passkey_origins):
        raise ValueError("a page of somebody else's")
    if not still_good(parts, what_for, client.challenge):
        raise ValueError("a challenge that is not ours, or has ended")
    return client.challenge, client.origin
