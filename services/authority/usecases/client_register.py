"""The register of API clients: enter, end."""

from collections.abc import Callable
from typing import Any

from services.authority.domain.registers import refusal_of_client
from services.authority.parts import AuthorityParts
from services.authority.storage.registers import client_by_id
from services.authority.storage.sessions import revoke, tokens_of_client
from services.authority.storage.tables import Client
from services.authority.usecases.entries import ClientEntry
from services.authority.usecases.machine_keys import is_machine
from services.authority.usecases.secrets import machine_digest
from shared.auth.certificates import thumbprint_of_pem
from shared.db import Work
from shared.refusals import Refusal
from shared.trail import Access


def add_client(parts: AuthorityParts, entry: ClientEntry, access: Access) -> Callable[[Work], dict[str, Any]]:
    """The transaction that enters a client. Refusals `client-exists`, `secret-or-key`, `secret-only-in-demo`."""
    code = refusal_of_client(
        has_secret=entry.secret is not None,
        has_key=entry.public_key is not None,
        has_certificate=entry.certificate is not None,
        demo=parts.mode == "demo",
    )
    if code is not None:
        raise Refusal(code)
    secret = entry.secret.get_secret_value() if entry.secret else None
    digest = machine_digest(parts.keyring, "client", entry.id, secret) if secret else None
    machines = parts.settings.service_keys_dir

    def write(work: Work) -> dict[str, Any]:
        if client_by_id(work.session, entry.id) is not None or is_machine(machines, entry.id):
            raise Refusal("client-exists")
        client = Client(
            id=entry.id,
            plans=sorted(set(entry.plans)),
            secret_digest=digest,
            public_key=entry.public_key,
            certificate=thumbprint_of_pem(entry.certificate) if entry.certificate else None,
            added_at=work.now,
        )
        work.session.add(client)
        work.record(access)
        return client_view(client)

    return write


def end_client(parts: AuthorityParts, client_id: str, access: Access) -> Callable[[Work], dict[str, Any]]:
    """The client gets no token any more, and those that it has end."""

    def write(work: Work) -> dict[str, Any]:
        client = client_by_id(work.session, client_id)
        if client is None:
            raise Refusal("not-found")
        client.ended_at = client.ended_at or work.now
        work.session.add(client)
        revoke(work, tokens_of_client(work.session, client_id), parts.machine.now())
        work.record(access)
        return client_view(client)

    return write


def client_view(client: Client) -> dict[str, Any]:
    """An entry as the register shows it; the public key may be seen by anyone."""
    return {
        "id": client.id,
        "plans": client.plans,
        "proof": "key" if client.public_key else "certificate" if client.certificate else "secret",
        "public_key": client.public_key,
        "certificate": client.certificate,
        "added_at": client.added_at.isoformat(),
        "ended_at": client.ended_at.isoformat() if client.ended_at else None,
    }
