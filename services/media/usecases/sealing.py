"""What the use cases that seal replies share: the workshop, a reply's content, passwords under wrap."""

from datetime import date

from services.media.making.sealed_reply import Content, Workshop
from services.media.parts import MediaParts
from services.media.storage.tables import Reply
from shared.blobs.ref import BlobRef
from shared.calendar.clock import JST
from shared.legal import basis_of

PASSWORDS = "media_password"  # the name of the keyring's field key


def workshop_of(parts: MediaParts) -> Workshop:
    """Where replies are sealed."""
    return Workshop(parts.blobs, parts.keyring.field_cipher("my_number"), parts.press)


def content_of(reply: Reply, association: str) -> Content:
    """All of a reply as it is to be sealed."""
    return Content(
        reply_id=reply.id,
        request_id=reply.request_id,
        plan_number=reply.plan_number,
        plan_name=reply.plan_name,
        plan_address=reply.plan_address,
        association=association,
        kind=reply.kind,
        charset=reply.charset,
        cycle=reply.cycle,
        reply_serial=reply.serial,
        registry_as_of=reply.registry_as_of,
        chunks=tuple(BlobRef.model_validate(chunk) for chunk in reply.chunks),
        rejected_chunk=BlobRef.model_validate(reply.rejected_chunk) if reply.rejected_chunk else None,
        first_record=1,
        records=reply.records,
        rejected=reply.rejected,
        total=reply.records,
    )


def wrap_password(parts: MediaParts, password: str, *, place: str, row: str) -> bytes:
    """A password as it is stored: `place` is "table.column", `row` the medium's id."""
    return parts.keyring.field_cipher(PASSWORDS).encrypt(password, place=place, row=row)


def unwrap_password(parts: MediaParts, sealed: bytes, *, place: str, row: str) -> str:
    """The password again."""
    return parts.keyring.field_cipher(PASSWORDS).decrypt(sealed, place=place, row=row)


def legal_basis(parts: MediaParts, kind: str) -> str:
    """The basis that a provision names today. Refusal `legal-basis-missing` before anything is decrypted."""
    return basis_of(kind, today(parts))


def today(parts: MediaParts) -> date:
    """The business day in Japan."""
    return parts.clock.now().astimezone(JST).date()
