"""A client asks for a token with a signed assertion; in demo mode a plan's client also with a shared secret."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from services.authority.domain.registers import CLIENT_SERVICES
from services.authority.parts import AuthorityParts
from services.authority.storage.registers import client_by_id
from services.authority.storage.sessions import assertion_was_used
from services.authority.storage.tables import Client, UsedAssertion
from services.authority.usecases.machine_keys import is_machine, machine_key
from services.authority.usecases.secrets import machine_matches
from services.authority.usecases.tokens import Issued, issue
from shared.auth.certificates import same
from shared.auth.principals import Principal
from shared.auth.tokens import ALGORITHM, ISSUER
from shared.db import Work
from shared.refusals import Refusal
from shared.trail import Access, Actor

ACTION: Final = "authority.token.issue"
ALGORITHMS: Final = {EllipticCurvePublicKey: "ES256", RSAPublicKey: "PS256"}
"""What a client's key signs its assertions with; any other key is Ed25519."""
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Proof:
    """How a client says who it is: a secret, an assertion (RFC 7523) meant for one of `urls`, or the certificate that
    it has shown in mutual TLS (RFC 8705)."""

    client_id: str
    secret: str = ""
    assertion: str = ""
    urls: tuple[str, ...] = ()
    certificate: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class _Checked:
    """The outcome of looking at a proof: a reason for the record where it fails, an assertion to be used up."""

    reason: str = ""
    assertion_id: str = ""
    expires_at: datetime | None = None


async def issue_client_token(parts: AuthorityParts, proof: Proof) -> Issued:
    """A token bound to the client's plans, or one for a machine of our own.

    Refusal `invalid-client` without saying why; the record says it. A machine's name is never looked for among the
    plans' clients.
    """
    client_id = proof.client_id or claimed_client(proof.assertion)
    machines = parts.settings.service_keys_dir
    if await asyncio.to_thread(is_machine, machines, client_id):
        key = await asyncio.to_thread(machine_key, machines, client_id)
        checked = _check_assertion(parts, proof, client_id, key)
        outcome = await parts.db.write(_decided_for_machine(parts, proof, client_id, checked))
    else:
        client = await parts.db.read(lambda session: client_by_id(session, client_id))
        checked = _check(parts, proof, client_id, client)
        outcome = await parts.db.write(_decided(parts, proof, client_id, checked))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def claimed_client(assertion: str) -> str:
    """The subject that an assertion names, unproven; empty where it cannot be read."""
    try:
        return str(jwt.decode(assertion, options={"verify_signature": False}).get("sub", ""))
    except jwt.PyJWTError:
        return ""


def _check(parts: AuthorityParts, proof: Proof, client_id: str, client: Client | None) -> _Checked:
    if proof.assertion:
        return _check_assertion(parts, proof, client_id, client.public_key if client else None)
    if client is not None and client.certificate is not None:
        return _Checked("" if same(client.certificate, proof.certificate) else "certificate-wrong")
    stored = client.secret_digest if client else None
    matches = machine_matches(parts.keyring, "client", client_id, proof.secret, stored)
    if parts.mode != "demo":
        return _Checked("secret-only-in-demo")
    return _Checked("" if matches else "secret-wrong")


def _check_assertion(parts: AuthorityParts, proof: Proof, client_id: str, public_key: str | None) -> _Checked:
    if public_key is None:
        return _Checked("assertion-invalid")
    try:
        claims = _claims(public_key, proof)
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        return _Checked("assertion-invalid")
    if (claims["iss"], claims["sub"]) != (client_id, client_id):
        return _Checked("assertion-invalid")
    if expires_at > parts.machine.now() + timedelta(seconds=parts.settings.assertion_seconds):
        return _Checked("assertion-too-long")
    identity = hashlib.sha256(f"{client_id}\n{claims['jti']}".encode()).hexdigest()
    return _Checked("", identity, expires_at)


def _claims(public_key: str, proof: Proof) -> dict[str, Any]:
    key = load_pem_public_key(public_key.encode())
    algorithm = next((name for kind, name in ALGORITHMS.items() if isinstance(key, kind)), ALGORITHM)
    claims: dict[str, Any] = jwt.decode(
        proof.assertion,
        public_key,
        algorithms=[algorithm],
        audience=[ISSUER, *proof.urls],
        options={"require": ["iss", "sub", "aud", "exp", "jti"]},
    )
    return claims


def _decided(
    parts: AuthorityParts, proof: Proof, client_id: str, checked: _Checked
) -> Callable[[Work], Issued | Refusal]:
    def write(work: Work) -> Issued | Refusal:
        client = client_by_id(work.session, client_id)
        reason = checked.reason
        if client is None:
            reason = "client-unknown"
        elif client.ended_at is not None:
            reason = reason or "client-ended"
        elif checked.assertion_id and not reason:
            reason = "" if _use_up(work, checked) else "assertion-used"
        reason = reason or _frozen(work, client_id)
        actor = Actor(kind="client" if client else "anonymous", id=client.id if client else "")
        work.record(_access(actor, "client", reason, proof))
        if reason or client is None:
            return Refusal("invalid-client")
        certificate = client.certificate or ""
        principal = Principal(kind="client", id=client.id, plans=frozenset(client.plans), certificate=certificate)
        return issue(parts, work, principal, audiences=CLIENT_SERVICES)

    return write


def _decided_for_machine(
    parts: AuthorityParts, proof: Proof, name: str, checked: _Checked
) -> Callable[[Work], Issued | Refusal]:
    def write(work: Work) -> Issued | Refusal:
        reason = checked.reason
        if not reason and not _use_up(work, checked):
            reason = "assertion-used"
        reason = reason or _frozen(work, name)
        work.record(_access(Actor(kind="service", id=name), "service", reason, proof))
        if reason:
            return Refusal("invalid-client")
        return issue(parts, work, Principal(kind="service", id=name), audiences=CLIENT_SERVICES)

    return write


def _frozen(work: Work, client_id: str) -> str:
    return "frozen" if work.is_frozen("account", client_id) else ""


def _access(actor: Actor, object_type: str, reason: str, proof: Proof) -> Access:
    return Access(
        actor,
        ACTION,
        object_type,
        actor.id,
        channel="http",
        outcome="refused" if reason else "done",
        reason=reason,
        request_id=proof.request_id,
    )


def _use_up(work: Work, checked: _Checked) -> bool:
    """Marks an assertion as used; False when it was before."""
    if assertion_was_used(work.session, checked.assertion_id) or checked.expires_at is None:
        return False
    work.session.add(UsedAssertion(id=checked.assertion_id, expires_at=checked.expires_at + timedelta(seconds=1)))
    return True
