"""Kinds 2 and 3: what the registry says of people the plan has numbers for, and what changed since it was last told."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from services.matcher.domain.answers import CODE_CHANGED, HELD
from services.matcher.domain.compare import EVIDENCE, FOUR_ITEMS
from services.matcher.domain.current import (
    CODE_UNKNOWN,
    TOLD_PEOPLE,
    believed,
    compared,
    only_told,
    with_changes,
    with_reasons,
    with_status,
)
from services.matcher.domain.deaths import deaths, living, with_conflicts
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of
from services.matcher.storage.ledger import PERSON, SEPARATOR, Ledger
from services.matcher.storage.tables import Slice
from services.matcher.usecases.matched import Matched, questions_of, seal_reviews

REPLY: Final = ("serial", "member_id", "inquiry_number", "status", "status_date", *HELD, "changes")
TOLD: Final = {
    "slice": pl.Int32,
    "serial": pl.Int32,
    "inquiry_number": pl.String,
    "told": pl.Binary,
    "sealed": pl.Binary,
    "person": pl.Binary,
}
LEDGER: Final = ("told", "resident_on", *PERSON)
NO_RULES: Final = "resident-code-1"


def match_current(parts: MatcherParts, slices: Sequence[Slice], answers: pl.DataFrame) -> Matched:
    """One part's rows: status, items, changes; what a person must see first, and who died and who lives.

    A changed date of birth, sex or code goes to a person, and so does a death that does not fit what is known.
    """
    asked = questions_of(parts, slices)
    held = _held(parts, asked)
    answered = _one_each(answers, asked.select("seq", "inquiry_number").join(held, on="inquiry_number"))
    rows = asked.join(held, on="inquiry_number", how="left", maintain_order="left").join(
        answered, on="seq", how="left", maintain_order="left"
    )
    # A number destroyed since the hand-over is unknown now, whatever the registry answered.
    gone = pl.col("held_resident_code").is_null() | pl.col("seq").is_null()
    rows = rows.with_columns(pl.when(gone).then(None).otherwise("result").alias("result"))
    rows = with_conflicts(with_reasons(with_changes(compared(with_status(rows)))), _as_of(parts, slices))
    doubtful = rows.filter((pl.col("reasons") != "") | (pl.col("conflicts") != ""))
    opened = [_review(row) for row in doubtful.to_dicts()]
    return Matched(
        replies=_replies(rows),
        outcome="status",
        reviews=seal_reviews(parts, slices, opened),
        told=_told(parts, rows),
        rules=NO_RULES,
        deaths=deaths(rows),
        living=living(rows),
    )


def _as_of(parts: MatcherParts, slices: Sequence[Slice]) -> str:
    """The registry's day of the answer."""
    return parts.db.read_now(lambda session: batch_of(session, slices[0].batch_id)).registry_as_of


def _held(parts: MatcherParts, asked: pl.DataFrame) -> pl.DataFrame:
    ledger = Ledger(parts.db, parts.keyring)
    known = asked.filter(pl.col("seq").is_not_null())
    frames = [
        ledger.people(str(plan), rows["inquiry_number"].unique().to_list())
        for (plan,), rows in known.partition_by("plan", as_dict=True).items()
    ]
    columns = {name: pl.Binary if name == "told" else pl.String for name in ("inquiry_number", *LEDGER)}
    return pl.concat([pl.DataFrame(schema=columns), *frames]).rename({name: f"held_{name}" for name in LEDGER})


def _one_each(answers: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """One answer a seq: where several people are named, the one whose code was asked for."""
    codes = held.select(pl.col("seq"), pl.col("held_resident_code").alias("asked_code"))
    ours = pl.col("resident_code") == pl.col("asked_code")
    return (
        answers.join(codes, on="seq", how="left")
        .with_columns(records=pl.len().over("seq"), ours=ours.fill_null(value=False))
        .sort("seq", "ours", "candidate", descending=[False, True, False])
        .unique("seq", keep="first", maintain_order=True)
        .drop("asked_code", "ours")
    )


def _replies(rows: pl.DataFrame) -> pl.DataFrame:
    status = pl.col("status")
    told = rows.with_columns(only_told(status))
    columns = ["slice", *REPLY]
    if "my_number_sealed" in rows.columns:
        nothing = pl.lit(b"", dtype=pl.Binary)
        number = pl.when(status.is_in(TOLD_PEOPLE)).then("my_number_sealed").otherwise(nothing)
        told = told.with_columns(number.fill_null(b"").alias("my_number_sealed"))
        columns.append("my_number_sealed")
    return told.select(columns).with_columns(pl.col(pl.String).fill_null(""))


def _told(parts: MatcherParts, rows: pl.DataFrame) -> pl.DataFrame:
    """What the ledger learns at release, for those of whom the plan is told something new."""
    status, found = pl.col("status"), pl.col("status").is_in(TOLD_PEOPLE)
    speaks = rows.filter(status.is_in([*TOLD_PEOPLE, CODE_UNKNOWN]))
    news = speaks.with_columns(
        believed(status, pl.col("held_status")).alias("new_status"),
        pl.when(found & (pl.col("change_reason") == CODE_CHANGED))
        .then("resident_code")
        .otherwise("held_resident_code")
        .alias("new_code"),
        *(pl.when(found).then(item).otherwise(f"held_{item}").alias(f"new_{item}") for item in HELD),
    )
    frames = [pl.DataFrame(schema=TOLD)]
    for (plan,), of_plan in news.partition_by("plan", as_dict=True).items():
        frames.append(_told_to(Ledger(parts.db, parts.keyring), str(plan), of_plan))
    return pl.concat(frames)


def _told_to(ledger: Ledger, plan_number: str, news: pl.DataFrame) -> pl.DataFrame:
    person = news.select(
        "slice",
        "serial",
        "inquiry_number",
        "held_told",
        pl.col("new_code").alias("resident_code"),
        *(pl.col(f"new_{item}").alias(item) for item in HELD),
        pl.col("new_status").alias("status"),
        code_differs=pl.col("new_code") != pl.col("held_resident_code"),
    )
    texts = person.select(pl.concat_str("status", *HELD, separator=SEPARATOR)).to_series().to_list()
    digests = pl.Series("told", ledger.told(plan_number, texts), dtype=pl.Binary)
    changed = person.with_columns(digests).filter(
        pl.col("told").ne_missing(pl.col("held_told")) | pl.col("code_differs")
    )
    sealed = pl.Series("sealed", ledger.sealed(plan_number, changed), dtype=pl.Binary)
    index = ledger.person_index(plan_number, changed["resident_code"].to_list())
    moved = pl.when("code_differs").then(pl.Series("person", index, dtype=pl.Binary))
    return changed.with_columns(sealed, moved.alias("person")).select(list(TOLD))


def _review(row: Mapping[str, Any]) -> dict[str, Any]:
    reasons = [code for named in ("reasons", "conflicts") for code in _codes(row[named])]
    return {
        "slice": row["slice"],
        "seq": row["seq"],
        "serial": row["serial"],
        "reasons": reasons,
        "proposed": row["status"],
        "sides": {
            "asked": {item: row[f"held_{item}"] for item in HELD},
            "candidates": [
                {
                    "candidate": row["candidate"],
                    "resident_code": row["resident_code"],
                    **{item: row[item] for item in HELD},
                    "judgements": {item: row[f"judged_{item}"] for item in FOUR_ITEMS},
                    "evidence": {item: _codes(row[EVIDENCE[item]]) for item in FOUR_ITEMS},
                    "differing": ";".join(reasons),
                    "change_reason": row["change_reason"],
                    "change_date": row["change_date"],
                }
            ],
            "proposed": row["candidate"],
        },
    }


def _codes(text: str) -> list[str]:
    return text.split(";") if text else []
