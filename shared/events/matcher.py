"""What the matcher announces: J-LIS batches, parts, reviews, inquiry numbers, replies."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.blobs.ref import BlobRef
from shared.events.event import Event
from shared.events.intake import Channel, Charset, Kind


class ReadyReply(BaseModel):
    """One request's reply, ready for media; a line of the list (JSON in the blob that replies.ready names)."""

    model_config = ConfigDict(frozen=True)

    reply_id: str
    request_id: str
    plan_number: str
    plan_name: str
    plan_address: str
    channel: Channel
    charset: Charset
    kind: Kind
    cycle: str
    batch_id: str
    records: int
    rejected: int
    outcomes: dict[str, int]
    registry_as_of: str
    chunks: tuple[BlobRef, ...]
    rejected_chunk: BlobRef | None = None


class BatchReady(Event):
    """The inquiry file of one kind and cycle is made and waits for its hand-over."""

    TYPE: ClassVar[str] = "matcher.batch.ready.v1"
    batch_id: str
    cycle: str
    kind: Kind
    inquiries: int


class BatchHandedOver(Event):
    """Two people handed the inquiry file to J-LIS."""

    TYPE: ClassVar[str] = "matcher.batch.handed_over.v1"
    batch_id: str
    cycle: str
    kind: Kind


class AnswerFileStored(Event):
    """J-LIS's answer file is stored; its check and the matching may start."""

    TYPE: ClassVar[str] = "matcher.answer.stored.v1"
    batch_id: str


class PartRequested(Event):
    """A part of at most 50,000 inquiries waits for a worker."""

    TYPE: ClassVar[str] = "matcher.part.requested.v1"
    batch_id: str
    part: int


class PartDone(Event):
    """A part is matched; its outcomes are counted."""

    TYPE: ClassVar[str] = "matcher.part.done.v1"
    batch_id: str
    part: int
    outcomes: dict[str, int]


class BatchAnswered(Event):
    """Every inquiry of the batch has its outcome or waits in review."""

    TYPE: ClassVar[str] = "matcher.batch.answered.v1"
    batch_id: str
    cycle: str
    kind: Kind
    outcomes: dict[str, int]
    in_review: int


class BatchBalanceFailed(Event):
    """The answer does not balance with the inquiry; the batch stops and names the seqs."""

    TYPE: ClassVar[str] = "matcher.batch.balance_failed.v1"
    batch_id: str
    cycle: str
    kind: Kind
    code: str
    seqs: tuple[int, ...]
    seqs_in_all: int


class BatchReleased(Event):
    """Two people released the batch's replies."""

    TYPE: ClassVar[str] = "matcher.batch.released.v1"
    batch_id: str
    cycle: str
    kind: Kind
    outcomes: dict[str, int]


class BatchMasked(Event):
    """Every individual number of the batch is replaced by `*` in the matcher's stores."""

    TYPE: ClassVar[str] = "matcher.batch.masked.v1"
    batch_id: str
    cycle: str
    kind: Kind
    numbers: int


class ReviewOpened(Event):
    """A person must look at the two sides of these reviews, all of one part, and decide."""

    TYPE: ClassVar[str] = "matcher.review.opened.v1"
    batch_id: str
    part: int
    review_ids: tuple[str, ...]


class ReviewPassedOn(Event):
    """A person judged a review, and another one must look: the second or the third (`turn`). Nothing of the verdict."""

    TYPE: ClassVar[str] = "matcher.review.passed_on.v1"
    review_id: str
    batch_id: str
    turn: int


class ReviewDecided(Event):
    """A review is concluded: enough people have said the same, each with a reason."""

    TYPE: ClassVar[str] = "matcher.review.decided.v1"
    review_id: str
    batch_id: str
    outcome: str


class RehearsalRequested(Event):
    """A proposed decision table is to be tried on a past batch."""

    TYPE: ClassVar[str] = "matcher.rehearsal.requested.v1"
    rehearsal_id: str


class RulesRehearsed(Event):
    """A proposed table was tried on a past batch; failed when the batch's evidence was destroyed meanwhile."""

    TYPE: ClassVar[str] = "matcher.rules.rehearsed.v1"
    rehearsal_id: str
    version: str
    batch_id: str
    state: Literal["complete", "failed"]
    inquiries: int
    changed: int
    identified_though_refused: int


class RulesActivated(Event):
    """Two people switched a rehearsed table on: batches answered from that day on are decided by it."""

    TYPE: ClassVar[str] = "matcher.rules.activated.v1"
    version: str
    in_force_from: date
    rehearsal_id: str


class DeathsConfirmed(Event):
    """A person confirmed the deaths that a batch will tell for the first time."""

    TYPE: ClassVar[str] = "matcher.deaths.confirmed.v1"
    batch_id: str
    deaths: int


class DeathCaseOpened(Event):
    """Somebody lives of whom this plan was told that they died. One event for every plan that was told."""

    TYPE: ClassVar[str] = "matcher.death_case.opened.v1"
    case_id: str
    plan_number: str
    batch_id: str


class RepliesReady(Event):
    """Released replies of one kind and cycle. The blob holds a JSON array of ReadyReply."""

    TYPE: ClassVar[str] = "matcher.replies.ready.v1"
    cycle: str
    kind: Kind
    batch_id: str
    replies: int
    reply_list: BlobRef


class SubjectsListed(Event):
    """Whom one part of a reply is about, by pseudonym. The blob: a frame, one column, token (16 bytes)."""

    TYPE: ClassVar[str] = "matcher.subjects.listed.v1"
    request_id: str
    reply_id: str
    plan_number: str
    kind: Kind
    cycle: str
    batch_id: str
    part: int
    count: int
    subjects: BlobRef


class InquiryNumbersIssued(Event):
    """Numbers that a plan was told. The blob is a frame with the one column inquiry_number."""

    TYPE: ClassVar[str] = "matcher.inquiry_numbers.issued.v1"
    plan_number: str
    request_id: str
    count: int
    numbers: BlobRef


class InquiryNumbersDestroyed(Event):
    """Numbers, and the resident codes behind them, that are gone; `numbers` is None when all of a plan's are."""

    TYPE: ClassVar[str] = "matcher.inquiry_numbers.destroyed.v1"
    plan_number: str
    reason: Literal["deletion", "contract_end"]
    count: int
    request_id: str = ""
    numbers: BlobRef | None = None
