"""A rehearsal: stored evidence decided once more, by another table, beside what was decided and reviewed then."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import polars as pl

from services.matcher.domain.decision import ACCEPTED, REJECTED
from services.matcher.domain.items.judgement import FOUR_ITEMS
from services.matcher.domain.provisional import decided_again
from services.matcher.domain.table import IDENTIFIED, REVIEW, Table

Count = tuple[str, str, str, int]
"""Outcome by the rules then, what reviewers decided ("" where nobody did), outcome by the rehearsed rules, how many."""


@dataclass(frozen=True)
class Summary:
    """What two people look at before they switch new rules on; all are numbers of inquiries.

    `identified_though_refused`: the new table would identify whom a reviewer refused. `lost_though_accepted`: it would
    neither identify nor show to a person whom a reviewer accepted. `accepted_without_person`: accepted by a reviewer,
    and the new table would need none.
    """

    inquiries: int
    changed: int
    identified_though_refused: int
    lost_though_accepted: int
    accepted_without_person: int
    reviews_before: int
    reviews_after: int

    def told(self) -> dict[str, int]:
        """As JSON."""
        return asdict(self)


def rehearsed(evidence: pl.DataFrame, reviewed: Mapping[int, str], table: Table) -> pl.DataFrame:
    """Columns seq, old, reviewed ("" where no reviewer decided) and new, one row per inquiry.

    `evidence` as `evidence_of` makes it; `reviewed` says what reviewers decided: seq -> outcome.
    """
    old = evidence.select("seq", pl.col("outcome").alias("old")).unique("seq", keep="first", maintain_order=True)
    new = decided_again(evidence, table).select("seq", pl.col("outcome").alias("new"))
    verdicts = pl.DataFrame(
        {"seq": list(reviewed), "reviewed": list(reviewed.values())}, schema={"seq": pl.Int64, "reviewed": pl.String}
    )
    together = old.join(verdicts, on="seq", how="left", maintain_order="left").join(
        new, on="seq", how="left", maintain_order="left"
    )
    return together.select("seq", "old", pl.col("reviewed").fill_null(""), "new")


def counted(outcomes: pl.DataFrame) -> list[Count]:
    """How often each combination of old, reviewed and new occurs, in order."""
    return outcomes.group_by("old", "reviewed", "new").len().sort("old", "reviewed", "new").rows()


def changes_of(evidence: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """The inquiries whose outcome changes, a row per candidate: seq, candidate, the four items' codes, old to new."""
    changed = outcomes.filter(pl.col("old") != pl.col("new"))
    return evidence.select("seq", "candidate", *FOUR_ITEMS).join(
        changed, on="seq", how="inner", maintain_order="left_right"
    )


def summed(counts: Iterable[Iterable[Count]]) -> list[Count]:
    """The counts of several slices together."""
    total: dict[tuple[str, str, str], int] = {}
    for some in counts:
        for old, reviewed, new, number in some:
            total[old, reviewed, new] = total.get((old, reviewed, new), 0) + number
    return [(*outcomes, number) for outcomes, number in sorted(total.items())]


def summary(counts: Iterable[Count]) -> Summary:
    """The figures that matter."""
    rows = list(counts)

    def those(old: str | None = None, reviewed: str | None = None, new: Iterable[str] | None = None) -> int:
        return sum(
            number
            for then, person, now, number in rows
            if old in (None, then) and reviewed in (None, person) and (new is None or now in new)
        )

    return Summary(
        inquiries=those(),
        changed=sum(number for old, _, new, number in rows if old != new),
        identified_though_refused=those(reviewed=REJECTED, new={IDENTIFIED}),
        lost_though_accepted=those(reviewed=ACCEPTED) - those(reviewed=ACCEPTED, new={IDENTIFIED, REVIEW}),
        accepted_without_person=those(reviewed=ACCEPTED, new={IDENTIFIED}),
        reviews_before=those(old=REVIEW),
        reviews_after=those(new={REVIEW}),
    )
