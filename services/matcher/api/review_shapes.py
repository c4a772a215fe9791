"""The shapes in which reviews travel: what a list, an assignment, a shown pair, a decision and the figures hold."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["open", "second", "third", "decided"]
Second = Literal["", "four-eyes", "blind"]
Span = Annotated[tuple[int, int], Field(description="start and end (not included), in code points")]


class Decision(BaseModel):
    """Whether the two sides are the same person, and why. Among several candidates the accepted one must be named."""

    model_config = ConfigDict(extra="forbid")

    same_person: bool
    reason: str = Field(min_length=1, max_length=1000, pattern=r"\S")
    candidate: int | None = Field(default=None, ge=1, le=5)


class NextReviews(BaseModel):
    """Which reviews a person wants to take: the oldest `limit`, of one batch or of all."""

    model_config = ConfigDict(extra="forbid")

    batch_id: str = Field(default="", max_length=36)
    limit: int = Field(default=10, ge=1, le=100)


class Standing(BaseModel):
    """Where a review stands, as this caller may know."""

    id: str
    batch_id: str
    seq: int
    state: Annotated[State, Field(description="whose verdict is waited for: the first, second or third person's")]
    second: Annotated[Second, Field(description="how the second person looks; empty until the first has judged")]
    reasons: list[str]
    outcome: str
    opened_at: datetime
    decided_at: datetime | None
    assigned: Literal["nobody", "me", "another"]
    assigned_until: datetime | None
    assigned_to: Annotated[str, Field(description="who holds it: told to supervisors only")]
    judged_by_me: Annotated[bool, Field(description="whether the caller has judged it, and so may not take it again")]


class ReviewSummary(Standing):
    """One review without anything about the people, and without anything of a verdict before it is decided."""

    candidates: int


class ReviewPage(BaseModel):
    """A page of reviews in the order of opening."""

    items: list[ReviewSummary]
    next_cursor: str | None


class Taken(BaseModel):
    """The reviews that the caller holds now."""

    items: list[ReviewSummary]


class Decided(BaseModel):
    """What a verdict led to: `state` "second" or "third" where another person looks next."""

    id: str
    batch_id: str
    state: State
    outcome: str
    batch_state: str


class ReasonWords(BaseModel):
    """A reason code in words."""

    code: str
    ja: str
    en: str


class Differences(BaseModel):
    """Where an item's two texts differ."""

    asked: list[Span]
    held: list[Span]


class Step(BaseModel):
    """One step of bringing a text into comparable form."""

    item: str
    side: Literal["asked", "held"]
    rule: str
    ja: str
    en: str
    before: str
    after: str


class Sides(BaseModel):
    """The items as the plan wrote them, or as the registry holds them."""

    name_kana: str | None
    name_kanji: str | None
    birth_date: str | None
    sex: str | None
    postal_code: str | None
    address: str | None


class Candidate(Sides):
    """One person whom the registry names. `evidence` is by item: name, birth, sex, address."""

    candidate: int | None
    change_reason: str | None
    change_date: str | None
    judgements: Annotated[dict[str, str], Field(description="by item; empty for a blind second person")]
    differing: Annotated[list[str], Field(description="as the reply would tell; empty for a blind second person")]
    evidence: dict[str, list[ReasonWords]]
    differences: Annotated[dict[str, Differences], Field(description="by item as in `asked`; only where they differ")]
    steps: list[Step]


class GivenVerdict(BaseModel):
    """What somebody has said before."""

    turn: int
    by: str
    same_person: bool
    candidate: int | None
    reason: str
    at: datetime


class ReviewShown(Standing):
    """A review in full. `blind`: the caller is to judge without the proposal and without what was said before."""

    blind: bool
    rules: str
    asked: Sides
    candidates: list[Candidate]
    proposed: int | None
    verdicts: list[GivenVerdict]


class Figures(BaseModel):
    """Pairs of a first and a blind second verdict; `rate` and `kappa` are null where they say nothing."""

    pairs: int
    agreed: int
    rate: float | None
    kappa: float | None


class MonthFigures(Figures):
    """The figures of one month."""

    month: str


class AgreementFigures(BaseModel):
    """How far people agree: by month of the conclusion, and together."""

    blind_share: float
    months: list[MonthFigures]
    together: Figures
