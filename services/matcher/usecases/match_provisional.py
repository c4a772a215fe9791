"""Kind 1: compare, decide, give inquiry numbers to those identified, open reviews for the doubtful."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from services.matcher.domain.answers import HELD, TOO_MANY
from services.matcher.domain.compare import AGREES, EVIDENCE
from services.matcher.domain.current import RESIDENT
from services.matcher.domain.deaths import identified_living
from services.matcher.domain.decision import after_review
from services.matcher.domain.items.judgement import FOUR_ITEMS, SEPARATOR
from services.matcher.domain.provisional import SEVERAL, decided, evidence_of, judged
from services.matcher.domain.table import IDENTIFIED, REVIEW, Table
from services.matcher.settings import MatcherParts
from services.matcher.storage.ledger import PERSON, Ledger
from services.matcher.storage.tables import Slice
from services.matcher.usecases.matched import Matched, questions_of, seal_reviews


def match_provisional(parts: MatcherParts, slices: Sequence[Slice], answers: pl.DataFrame, *, table: Table) -> Matched:
    """One part's rows matched by the batch's rules."""
    asked = questions_of(parts, slices)
    pairs = judged(asked, answers, table)
    decisions = decided(pairs, table)
    rows = asked.select("slice", "plan", "seq", "serial", "member_id").join(
        decisions, on="seq", how="left", maintain_order="left"
    )
    doubtful = rows.filter(pl.col("outcome") == REVIEW)
    opened = _reviews(doubtful, pairs.join(doubtful.select("seq"), on="seq", how="semi"))
    return Matched(
        replies=_replies(rows, _numbers(parts, rows.filter(pl.col("outcome") == IDENTIFIED))),
        outcome="outcome",
        reviews=seal_reviews(parts, slices, opened),
        told=None,
        rules=table.version,
        evidence=asked.select("slice", "seq", "serial").join(
            evidence_of(pairs, decisions), on="seq", maintain_order="left_right"
        ),
        living=identified_living(decisions, pairs),
    )


def _numbers(parts: MatcherParts, identified: pl.DataFrame) -> pl.DataFrame:
    """seq and inquiry_number of everyone identified; until told otherwise the plan takes each for a resident."""
    ledger = Ledger(parts.db, parts.keyring)
    given = [pl.DataFrame(schema={"seq": pl.Int64, "inquiry_number": pl.String})]
    for (plan,), people in identified.partition_by("plan", as_dict=True).items():
        persons = people.with_columns(status=pl.lit(RESIDENT)).select(pl.col(PERSON).fill_null(""))
        numbers = pl.Series("inquiry_number", ledger.numbers_for(str(plan), persons), dtype=pl.String)
        given.append(people.select("seq").with_columns(numbers))
    return pl.concat(given)


def _replies(rows: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    waits = pl.col("outcome") == REVIEW
    return rows.join(numbers, on="seq", how="left", maintain_order="left").select(
        "slice",
        "serial",
        "member_id",
        pl.when(waits).then(pl.lit("")).otherwise("outcome").alias("outcome"),
        pl.col("inquiry_number").fill_null(""),
        pl.when(waits).then(pl.lit("")).otherwise("differing").alias("differing").fill_null(""),
    )


def _reviews(doubtful: pl.DataFrame, pairs: pl.DataFrame) -> list[dict[str, Any]]:
    by_seq = {
        seq: list(group) for seq, group in groupby(pairs.sort("seq", "candidate").to_dicts(), lambda pair: pair["seq"])
    }
    return [
        _review(row, by_seq[row["seq"]]) for row in doubtful.select("slice", "seq", "serial", "candidate").to_dicts()
    ]


def _review(row: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    proposed = next(pair for pair in pairs if pair["candidate"] == row["candidate"])
    crowd = [SEVERAL] if len(pairs) > 1 or proposed["result"] == TOO_MANY else []
    return {
        "slice": row["slice"],
        "seq": row["seq"],
        "serial": row["serial"],
        "reasons": [*crowd, *_reasons(proposed)],
        "proposed": after_review(accepted=True),
        "sides": {
            "asked": {item: pairs[0][f"asked_{item}"] for item in HELD},
            "candidates": [_candidate(pair) for pair in pairs],
            "proposed": row["candidate"],
        },
    }


def _reasons(pair: Mapping[str, Any]) -> list[str]:
    """The codes of what differs; where nothing differs but an item could not be judged, that item."""
    named = _codes(pair["differing"])
    return named or [
        f"{item}-{pair[item]}".upper().replace("_", "-") for item in FOUR_ITEMS if pair[item] not in AGREES
    ]


def _candidate(pair: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "candidate": pair["candidate"],
        "resident_code": pair["resident_code"],
        **{item: pair[f"held_{item}"] for item in HELD},
        "judgements": {item: pair[item] for item in FOUR_ITEMS},
        "evidence": {item: _codes(pair[EVIDENCE[item]]) for item in FOUR_ITEMS},
        "differing": pair["differing"],
        "change_reason": pair["change_reason"],
        "change_date": pair["change_date"],
    }


def _codes(text: str) -> list[str]:
    return text.split(SEPARATOR) if text else []
