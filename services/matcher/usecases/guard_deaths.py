"""With the matching of a part: its deaths are put down, and whoever lives is looked for among those told dead."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from services.matcher.settings import MatcherParts
from services.matcher.storage.deaths import keep_found
from services.matcher.storage.tables import Batch, Slice
from services.matcher.usecases.matched import Matched
from services.matcher.usecases.watch_deaths import NOBODY, death_tokens, look, open_cases
from shared.db import Work

Guard = Callable[[Work, Batch], None]


def guarding(parts: MatcherParts, slices: Sequence[Slice], matched: Matched) -> Guard:
    """What the guard does in the transaction that keeps the part's result. Blocking."""
    seen = look(parts, NOBODY if matched.living is None else matched.living)
    found = [] if matched.deaths is None else _rows(parts, slices, matched.deaths)

    def guard(work: Work, batch: Batch) -> None:
        open_cases(work, parts.keyring, batch, seen)
        keep_found(work.session, found)

    return guard


def _rows(parts: MatcherParts, slices: Sequence[Slice], deaths: pl.DataFrame) -> list[dict[str, Any]]:
    by_position = {one.position: one for one in slices}
    tokens = death_tokens(parts.keyring, deaths["resident_code"].to_list())
    return [
        _row(by_position[death["slice"]], death, token) for death, token in zip(deaths.to_dicts(), tokens, strict=True)
    ]


def _row(of: Slice, death: dict[str, Any], token: bytes) -> dict[str, Any]:
    copied = ("seq", "serial", "inquiry_number", "newly", "change_date")
    return {
        **{name: death[name] for name in copied},
        "batch_id": of.batch_id,
        "slice_id": of.id,
        "plan_number": of.plan_number,
        "request_id": of.request_id,
        "token": token,
        "evidence": death["evidence"].split(";") if death["evidence"] else [],
    }
