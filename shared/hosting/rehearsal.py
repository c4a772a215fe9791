"""A handler tried on a parked event: prepared and applied as it would be, then undone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast

from shared.blobs.rehearsed import RehearsedBlobs
from shared.blobs.store import BlobStore
from shared.bus.causes import noted_cause
from shared.bus.handling import Handler, Permanent
from shared.crypto.fields import FieldCipher
from shared.crypto.index import BlindIndex
from shared.crypto.keyring import KeyInfo, Keyring
from shared.crypto.signatures import Signer
from shared.db.database import Database
from shared.db.rehearsed import RehearsalOver, RehearsedDatabase
from shared.events import Envelope, event_of
from shared.hosting.parts import Parts
from shared.refusals import Refusal

SECONDS: Final = 300.0
# What says nothing about the event: the store was not there for the rehearsal.
NOT_THE_EVENTS: Final = frozenset({"busy", "storage-full"})

Outcome = Literal["would-succeed", "would-fail", "took-too-long"]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What became of it. `permanent`: it would be parked at once, not tried eight times."""

    outcome: Outcome
    cause: str = ""
    code: str = ""
    permanent: bool = False


class RehearsedKeyring:
    """Offers what handlers ask of a Keyring; a destroyed key stays."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def field_cipher(self, name: str) -> FieldCipher:
        """As the keyring's."""
        return self._keyring.field_cipher(name)

    def blind_index(self, name: str) -> BlindIndex:
        """As the keyring's."""
        return self._keyring.blind_index(name)

    def signer(self, name: str) -> Signer:
        """As the keyring's."""
        return self._keyring.signer(name)

    def list(self) -> Sequence[KeyInfo]:
        """As the keyring's."""
        return self._keyring.list()

    def destroy(self, name: str) -> dict[str, Any]:
        """Nothing happens to it."""
        return {}


async def rehearse(
    parts: Parts, handlers: Mapping[str, Handler], body: bytes, *, seconds: float = SECONDS
) -> Rehearsed:
    """Try an event's handler. Leaves no row, no event, no access record and no blob; a new key may stay.

    Refusals `busy` and `storage-full` where the store keeps it from being tried.
    """
    database, blobs = RehearsedDatabase(parts.db), RehearsedBlobs(parts.blobs)
    pretended = replace(
        parts,
        db=cast(Database, database),
        blobs=cast(BlobStore, blobs),
        keyring=cast(Keyring, RehearsedKeyring(parts.keyring)),
    )
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            await _handle(pretended, handlers, body)
    except RehearsalOver:
        return Rehearsed("took-too-long")
    except Exception as error:
        if isinstance(error, Refusal) and error.code in NOT_THE_EVENTS:
            raise
        return Rehearsed("took-too-long") if limit.expired() else _failure(error)
    finally:
        await asyncio.to_thread(database.end)
        await asyncio.to_thread(blobs.end)
    return Rehearsed("would-succeed")


async def _handle(parts: Parts, handlers: Mapping[str, Handler], body: bytes) -> None:
    """As the inbox does it; an event that nobody handles is done."""
    envelope = Envelope.model_validate_json(body)
    event = event_of(envelope)
    handler = handlers.get(envelope.type)
    if event is None or handler is None:
        return
    effect = await handler(parts, event)
    if effect is not None:
        await parts.db.write(effect)


def _failure(error: Exception) -> Rehearsed:
    code = error.code if isinstance(error, Refusal) else ""
    return Rehearsed("would-fail", noted_cause(error), code, isinstance(error, Permanent))
