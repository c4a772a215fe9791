"""Keys are rotated and destroyed, with two people."""

import hashlib
from typing import Any, Final

from services.authority.parts import AuthorityParts
from shared.auth.caller import Caller
from shared.blobs.store import BlobStore
from shared.crypto.keyring import KeyInfo, Keyring
from shared.crypto.published import TOKENS
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.refusals import Refusal
from shared.trail.record import canonical

DESTRUCTION: Final = "keys.destroy"


async def allow_key_change(parts: AuthorityParts, caller: Caller, action: str, name: str) -> None:
    """Uses up the approval and records the change before it is made.

    A frozen key may be rotated, which is what one does after a loss; it may not be destroyed, with what it could prove.
    """
    if not any(info.name == name for info in parts.keyring.list()):
        raise Refusal("not-found")

    def write(work: Work) -> None:
        if action == DESTRUCTION:
            work.refuse_if_frozen(name)
        work.use_approval(caller, action, name)
        work.record(caller.access(action, "key", name))

    await parts.db.write(write)


def tell_key_destroyed(work: Work, caller: Caller, facts: dict[str, Any]) -> None:
    """Announce the certificate's facts, so that a backup restored later has the key destroyed again."""
    name, at = str(facts["name"]), work.now
    destroyed = CopyDestroyed(
        copy_id=f"key/{name}/{at:%Y%m%dT%H%M%S}",
        service="authority",
        what="key",
        object_type="key",
        object_id=name,
        records=0,
        digest=hashlib.sha256(canonical(facts)).hexdigest(),
        method="key destroyed",
        due_at=at,
        destroyed_at=at,
        by=caller.principal.id,
        approval=caller.approval,
    )
    work.announce(destroyed, subject=f"key/{name}"[:120])


def rotate_key(keyring: Keyring, blobs: BlobStore, name: str) -> dict[str, Any]:
    """The next version; data keys under older ones are wrapped anew, and versions that nothing needs any more go."""
    versions = {info.purpose: info.version for info in keyring.rotate(name)}
    rewrapped = blobs.rewrap(name)
    if "wrap" in versions:
        # The version before stays: a blob may have been begun under it and finish only now.
        keyring.retire(name, "wrap", min(blobs.oldest_versions().get(name, versions["wrap"]), versions["wrap"] - 1))
    if name == TOKENS:
        # Tokens of the version before are still on their way; older ones have long ended.
        keyring.retire(name, "sign", versions["sign"] - 1)
    return {"keys": keys_view(keyring, name), "rewrapped": rewrapped}


def keys_view(keyring: Keyring, name: str = "") -> list[dict[str, Any]]:
    """The keyring as a register: names, purposes, versions, days."""
    return [_view(info) for info in keyring.list() if not name or info.name == name]


def _view(info: KeyInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "purpose": info.purpose,
        "version": info.version,
        "oldest_version": info.oldest_version,
        "made_at": info.made_at.isoformat(),
        "rotated_at": info.rotated_at.isoformat(),
        "destroyed_at": info.destroyed_at.isoformat() if info.destroyed_at else None,
    }
