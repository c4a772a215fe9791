"""What media announces: packages, discs, finished replies."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.events.event import Event
from shared.events.intake import Kind


class PackageRequested(Event):
    """A network reply waits to be sealed; media tells itself, so that as many workers as there are share the work."""

    TYPE: ClassVar[str] = "media.package.requested.v1"
    reply_id: str


class PackageReady(Event):
    """A network reply's encrypted package is made, read back and compared."""

    TYPE: ClassVar[str] = "media.package.ready.v1"
    reply_id: str
    request_id: str
    plan_number: str
    kind: Kind
    sha256: str
    size: int


class PackageReceived(Event):
    """The plan confirmed a package with its digest."""

    TYPE: ClassVar[str] = "media.package.received.v1"
    reply_id: str
    request_id: str
    plan_number: str
    sha256: str


class ProvisionMade(Event):
    """People's data were provided to a plan: a package whose receipt it confirmed, or a reply on a disc that left.

    `legal_basis`: the item of Article 19 by the version of its law; empty for kinds that need none.
    """

    TYPE: ClassVar[str] = "media.provision.made.v1"
    provision_id: str
    object_type: Literal["reply", "disc"]
    object_id: str
    request_id: str
    plan_number: str
    kind: Kind
    people: int
    purpose: str
    legal_basis: str
    channel: Literal["network", "disc"]
    sha256: str
    provided_at: datetime
    by: str


class DiscVerified(Event):
    """A written disc was read back and is what it should be."""

    TYPE: ClassVar[str] = "media.disc.verified.v1"
    disc_id: str
    plan_number: str
    request_ids: tuple[str, ...]
    sha256: str


class DiscSent(Event):
    """A disc left with the carrier."""

    TYPE: ClassVar[str] = "media.disc.sent.v1"
    disc_id: str
    plan_number: str
    request_ids: tuple[str, ...]


class DiscDelivered(Event):
    """The carrier recorded a disc's arrival."""

    TYPE: ClassVar[str] = "media.disc.delivered.v1"
    disc_id: str
    plan_number: str
    request_ids: tuple[str, ...]


class DiscReturned(Event):
    """A disc came back undelivered."""

    TYPE: ClassVar[str] = "media.disc.returned.v1"
    disc_id: str
    plan_number: str


class DiscLost(Event):
    """A disc cannot be found; an incident follows."""

    TYPE: ClassVar[str] = "media.disc.lost.v1"
    disc_id: str
    plan_number: str


class DiscDestroyed(Event):
    """A disc was destroyed."""

    TYPE: ClassVar[str] = "media.disc.destroyed.v1"
    disc_id: str
    plan_number: str


class ReplyCompleted(Event):
    """All media of one reply are complete: made, read back and compared."""

    TYPE: ClassVar[str] = "media.reply.completed.v1"
    reply_id: str
    request_id: str
    batch_id: str
    kind: Kind
    channel: Literal["network", "disc"]
    records: int
