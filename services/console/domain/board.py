"""The cycle board: where each plan's requests stand, whether the numbers balance, what is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """One station on a request's way; `states` are the request states that stand there."""

    name: str
    ja: str
    en: str
    states: frozenset[str]


STAGES: Final = (
    Stage("check", "受付・点検", "reception, check", frozenset({"awaiting_file", "checking"})),
    Stage("waiting", "蓄積", "waiting for cutoff", frozenset({"accepted"})),
    Stage("closed", "締切", "cycle closed", frozenset({"closed"})),
    Stage("inquired", "J-LIS照会", "with J-LIS", frozenset({"inquired"})),
    Stage("answered", "突合・審査", "matching, review", frozenset({"answered"})),
    Stage("replied", "回答作成", "reply made", frozenset({"replied"})),
    Stage("delivered", "送達", "delivered", frozenset({"delivered"})),
)
KINDS: Final = (
    ("provisional", "仮照会", "provisional"),
    ("main", "本照会", "main"),
    ("my_number", "個人番号確認", "my number"),
    ("deletion", "番号削除", "deletion"),
)
SERVICES: Final = (
    ("authority", "認証"),
    ("intake", "受付"),
    ("matcher", "突合"),
    ("audit", "監査記録"),
)
"""Whom the board asks, in the words of the page."""
GONE: Final = frozenset({"withdrawn", "replaced", "expired"})
BATCH_STATES: Final = {
    "building": "作成中",
    "ready": "引渡し待ち",
    "handed_over": "回答待ち",
    "answering": "回答取込中",
    "balance_error": "件数不一致",
    "matching": "突合中",
    "in_review": "要確認あり",
    "releasable": "提供承認待ち",
    "released": "提供済み",
    "masked": "提供済み・番号消去済み",
}
CHANNELS: Final = {"network": "ネットワーク", "disc": "CD-R"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One plan's requests of one kind in one cycle: the stage of the one that is furthest behind, and its counts."""

    stage: int
    requests: int
    received: int
    rejected: int
    returned: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan's line on the board."""

    number: str
    name: str
    channel: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One J-LIS batch with its balance."""

    kind_ja: str
    state: str
    state_ja: str
    inquiries: int
    answered: int
    in_review: int
    balanced: bool


@dataclass(frozen=True, slots=True)
class CycleBoard:
    """One cycle on the board. `days` counts from today to the promised date; below zero it is late.

    `batches` and `balanced` are None where the matcher did not tell.
    """

    cycle: str
    title: str
    cutoff_at: str
    reply_due: str
    state: str
    days: int
    people_at: tuple[int, ...]
    plans: tuple[PlanRow, ...]
    batches: tuple[BatchRow, ...] | None
    balanced: bool | None

    @property
    def people(self) -> int:
        """How many people the cycle's requests ask about."""
        return sum(self.people_at)

    @property
    def is_late(self) -> bool:
        """Whether the promised date has passed and something is still under way."""
        return self.days < 0 and sum(self.people_at[:-1]) > 0


def cycle_title(cycle: str) -> str:
    """`2026-06-A` as people say it."""
    year, month, half = cycle.split("-")
    return f"{year}年{int(month)}月{'15日' if half == 'A' else '末日'}締切"


def shown(cycles: Sequence[Json], count: int) -> list[Json]:
    """The newest cycles: the open one, and closed ones that somebody sent to."""
    newest = sorted(cycles, key=lambda cycle: str(cycle["cycle"]), reverse=True)
    lively = [cycle for cycle in newest if cycle["state"] == "open" or cycle["counts"]["requests"]]
    return lively[:count]


def stage_of(state: str) -> int | None:
    """The index of the stage where a request state stands; None for states off the way."""
    return next((index for index, stage in enumerate(STAGES) if state in stage.states), None)


def cycle_board(
    cycle: Json, requests: Sequence[Json], plans: Mapping[str, Json], batches: Sequence[Json] | None, today: date
) -> CycleBoard:
    """The board of one cycle from what intake and the matcher answered; of the matcher perhaps nothing."""
    people_at = [0] * len(STAGES)
    for request in requests:
        stage = stage_of(str(request["state"]))
        if stage is not None:
            people_at[stage] += int(request["counts"]["received"])
    numbers = sorted({str(request["plan_number"]) for request in requests})
    rows = tuple(_plan_row(number, plans.get(number, {}), requests) for number in numbers)
    batch_rows = None if batches is None else tuple(_batch_row(batch) for batch in batches)
    due = date.fromisoformat(str(cycle["reply_due"]))
    return CycleBoard(
        cycle=str(cycle["cycle"]),
        title=cycle_title(str(cycle["cycle"])),
        cutoff_at=str(cycle["cutoff_at"]),
        reply_due=due.isoformat(),
        state=str(cycle["state"]),
        days=(due - today).days,
        people_at=tuple(people_at),
        plans=rows,
        batches=batch_rows,
        balanced=_balanced(batch_rows, requests),
    )


def age_in_words(then: str | None, now: datetime) -> str:
    """How long ago, in the largest fitting unit."""
    if not then:
        return "—"
    seconds = max(0, int((now - datetime.fromisoformat(then)).total_seconds()))
    for size, unit in ((86_400, "日"), (3_600, "時間"), (60, "分")):
        if seconds >= size:
            return f"{seconds // size}{unit}前"
    return f"{seconds}秒前"


def _plan_row(number: str, plan: Json, requests: Sequence[Json]) -> PlanRow:
    own = [request for request in requests if request["plan_number"] == number]
    cells = tuple(_cell([request for request in own if request["kind"] == kind]) for kind, _, _ in KINDS)
    channel = CHANNELS.get(str(plan.get("channel", "")), "")
    return PlanRow(number, str(plan.get("name", "")), channel, cells)


def _cell(requests: Sequence[Json]) -> Cell | None:
    live = [request for request in requests if request["state"] not in GONE]
    if not live:
        return None
    returned = [request for request in live if request["state"] == "returned"]
    stages = [stage for request in live if (stage := stage_of(str(request["state"]))) is not None]
    counts = [request["counts"] for request in live if request["state"] != "returned"]
    return Cell(
        stage=min(stages, default=-1),
        requests=len(live),
        received=sum(int(count["received"]) for count in counts),
        rejected=sum(int(count["rejected"]) for count in counts),
        returned=len(returned),
    )


def _batch_row(batch: Json) -> BatchRow:
    counts = batch.get("counts", {})
    kind = next((ja for name, ja, _ in KINDS if name == batch["kind"]), str(batch["kind"]))
    return BatchRow(
        kind_ja=kind,
        state=str(batch["state"]),
        state_ja=BATCH_STATES[str(batch["state"])],
        inquiries=int(counts.get("inquiries", 0)),
        answered=sum(counts.get("outcomes", {}).values()),
        in_review=int(counts.get("in_review", 0)),
        balanced=batch["state"] != "balance_error",
    )


def _balanced(batches: Sequence[BatchRow] | None, requests: Sequence[Json]) -> bool | None:
    """What does not balance is told even where the other half is not known."""
    if not _requests_balance(requests):
        return False
    return None if batches is None else all(row.balanced for row in batches)


def _requests_balance(requests: Sequence[Json]) -> bool:
    """received = accepted + rejected, for each request that has been checked."""
    checked = [
        request["counts"] for request in requests if request["state"] not in ("awaiting_file", "checking", "returned")
    ]
    return all(count["received"] == count["accepted"] + count["rejected"] for count in checked if count["received"])
