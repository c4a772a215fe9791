"""What intake announces: requests, cycles, contracts."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.blobs.ref import BlobRef
from shared.events.event import Event

Kind = Literal["provisional", "main", "my_number", "deletion"]
Channel = Literal["network", "disc"]
Charset = Literal["cp932", "utf-8"]


class ClosedRequest(BaseModel):
    """One request as it stood at the cutoff; a line of the closing list (JSON in the blob that cycle.closed names).

    `findings`: how often each code was found in the file; empty in lists of the release before.
    """

    model_config = ConfigDict(frozen=True)

    request_id: str
    plan_number: str
    plan_name: str
    plan_address: str
    channel: Channel
    kind: Kind
    charset: Charset
    received: int
    accepted: int
    rejected: int
    chunks: tuple[BlobRef, ...]
    rejected_chunk: BlobRef | None = None
    accepted_at: datetime
    findings: dict[str, int] = {}


class FileReceived(Event):
    """The whole file of a request is stored; its check may start."""

    TYPE: ClassVar[str] = "intake.file.received.v1"
    request_id: str


class RequestAccepted(Event):
    """The daily check accepted a request; rejected records are reported to the plan."""

    TYPE: ClassVar[str] = "intake.request.accepted.v1"
    request_id: str
    plan_number: str
    kind: Kind
    cycle: str
    received: int
    accepted: int
    rejected: int


class RequestReturned(Event):
    """A file with an F finding goes back whole."""

    TYPE: ClassVar[str] = "intake.request.returned.v1"
    request_id: str
    plan_number: str
    kind: Kind
    codes: tuple[str, ...]


class RequestWithdrawn(Event):
    """The plan took its request back before the cutoff."""

    TYPE: ClassVar[str] = "intake.request.withdrawn.v1"
    request_id: str
    plan_number: str
    kind: Kind


class RequestReplaced(Event):
    """The plan replaced its request by another before the cutoff."""

    TYPE: ClassVar[str] = "intake.request.replaced.v1"
    request_id: str
    plan_number: str
    kind: Kind
    replaced_by: str


class CycleClosed(Event):
    """A cutoff passed: the cycle's content is final. The blob holds a JSON array of ClosedRequest."""

    TYPE: ClassVar[str] = "intake.cycle.closed.v1"
    cycle: str
    closed_at: datetime
    reply_due: date
    requests: int
    inquiries: dict[str, int]
    closing_list: BlobRef


class PlanContractEnded(Event):
    """A plan's contract ended: its inquiry numbers and resident codes are destroyed."""

    TYPE: ClassVar[str] = "intake.plan.contract_ended.v1"
    plan_number: str
    ended_on: date
