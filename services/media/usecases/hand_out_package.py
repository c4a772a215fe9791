"""A plan fetches its package, confirms it by digest, and then, once, is told the password."""

from services.media.domain.states import REPLY, step
from services.media.parts import BACKUP_KEY, MediaParts
from services.media.storage.tables import Reply
from services.media.usecases.make_package import PLACE
from services.media.usecases.read_replies import reply_for
from services.media.usecases.sealing import PASSWORDS, legal_basis, unwrap_password
from services.media.usecases.tell_provisions import tell_package_provided
from shared.auth.caller import Caller
from shared.blobs.ref import BlobRef
from shared.db import Work
from shared.events.media import PackageReceived
from shared.refusals import Refusal


def hand_out_package(parts: MediaParts, work: Work, caller: Caller, reply_id: str) -> BlobRef:
    """The package to send, once this is committed. Refusals `package-not-ready`, `package-expired`, `frozen`."""
    reply, package = _releasable(parts, work, caller, reply_id)
    work.record(
        caller.access(
            "media.package.download",
            "reply",
            reply.id,
            subjects=reply.records,
            purpose="reply-delivery",
            case=reply.request_id,
            legal_basis=legal_basis(parts, reply.kind),
            channel=reply.channel,
            release=f"{reply.id}:{package.sha256}",
        )
    )
    return package


def confirm_receipt(parts: MediaParts, work: Work, caller: Caller, reply_id: str, sha256: str) -> None:
    """The plan has the whole package, so its password may be told. Refusal `digest-mismatch`: it stays ready."""
    reply, package = _releasable(parts, work, caller, reply_id)
    if sha256.lower() != package.sha256:
        raise Refusal("digest-mismatch", reply_id=reply.id)
    if reply.state == "ready":
        reply.state = step(REPLY, reply.state, "received")
        reply.received_at = work.now
        received = PackageReceived(
            reply_id=reply.id, request_id=reply.request_id, plan_number=reply.plan_number, sha256=package.sha256
        )
        work.announce(received, subject=reply.request_id)
        tell_package_provided(work, reply, package.sha256, by=caller.principal.id)
    reply.password_open = True
    work.session.add(reply)
    release = f"{reply.id}:{package.sha256}"
    work.record(caller.access("media.package.receive", "reply", reply.id, case=reply.request_id, release=release))


def show_package_password(parts: MediaParts, work: Work, caller: Caller, reply_id: str) -> str:
    """The password, once per receipt. Refusal `receipt-required` before it, and after the password was shown."""
    reply, package = _releasable(parts, work, caller, reply_id)
    if not reply.password_open or reply.password is None:
        raise Refusal("receipt-required")
    reply.password_open = False
    work.session.add(reply)
    work.record(
        caller.access(
            "media.package.password",
            "reply",
            reply.id,
            subjects=reply.records,
            purpose="reply-delivery",
            case=reply.request_id,
            legal_basis=legal_basis(parts, reply.kind),
            channel=reply.channel,
            release=f"{reply.id}:{package.sha256}",
        )
    )
    return unwrap_password(parts, reply.password, place=PLACE, row=reply.id)


def _releasable(parts: MediaParts, work: Work, caller: Caller, reply_id: str) -> tuple[Reply, BlobRef]:
    reply = reply_for(work, caller, reply_id)
    if reply.channel != "network":
        raise Refusal("goes-by-disc")
    if reply.state == "expired":
        raise Refusal("package-expired")
    if reply.package is None:
        raise Refusal("package-not-ready")
    work.refuse_if_frozen(BACKUP_KEY, PASSWORDS, plan=reply.plan_number, medium=reply.id)
    return reply, BlobRef.model_validate(reply.package)
