"""Tell the destruction ledger of the backups of replies: which are kept, and until when."""

from services.media.storage.discs import replies_on
from services.media.storage.tables import Disc, Reply
from shared.blobs.ref import BlobRef
from shared.db import Work
from shared.events.copies import CopiesKept, KeptCopy
from shared.hosting.keeping import tell_kept


def tell_package(work: Work, reply: Reply) -> None:
    """A reply's package is kept."""
    tell_kept(
        work,
        [BlobRef.model_validate(reply.package)],
        service="media",
        what="reply_backup",
        object_type="reply",
        object_id=reply.id,
        belongs_to=_names(reply),
        due_at=reply.expires_at,
    )


def tell_image(work: Work, disc: Disc) -> None:
    """A disc's image is kept; until when is known once the disc was read back."""
    image = BlobRef.model_validate(disc.image)
    replies = replies_on(work.session, disc)
    objects = {f"{kind}/{each}" for reply in replies for kind, each in _names(reply).items() if each}
    kept = CopiesKept(
        service="media",
        what="reply_backup",
        object_type="disc",
        object_id=disc.id,
        belongs_to=tuple(sorted(objects)),
        kept_from=work.now,
        due_at=disc.expires_at,
        copies=(KeptCopy(copy_id=image.id, records=image.records),),
    )
    work.announce(kept, subject=f"disc/{disc.id}")


def _names(reply: Reply) -> dict[str, str]:
    return {
        "reply": reply.id,
        "request": reply.request_id,
        "plan": reply.plan_number,
        "batch": reply.batch_id,
    }
