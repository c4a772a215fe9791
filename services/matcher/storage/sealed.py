"""The sealed columns of the matcher: the ledger, reviews, and why people decided as they did."""

from typing import Final

from services.matcher.storage.tables import Held, Review, ReviewVerdict
from services.matcher.storage.told_tables import DeathCase, DeathConfirmation
from shared.db.resealing import Row, SealedColumn

OF_PLAN: Final = "plan/{plan_number}"
OF_LEDGER: Final = "ledger/{plan_number}"


def _id(row: Row) -> str:
    return str(row["id"])


def _turn(row: Row) -> str:
    return str(row["review_id"]) if row["turn"] == 1 else f"{row['review_id']}/{row['turn']}"


def _number(row: Row) -> str:
    return str(row["inquiry_number"])


def _batch(row: Row) -> str:
    return str(row["batch_id"])


SEALED: Final = (
    SealedColumn(Held, "sealed", "held.sealed", OF_LEDGER, _number, also=("inquiry_number",)),
    SealedColumn(Held, "token", "held.token", OF_LEDGER, _number, also=("inquiry_number",)),
    SealedColumn(Review, "sides", "review.sides", OF_PLAN, _id),
    SealedColumn(Review, "reason", "review.reason", OF_PLAN, _id),
    SealedColumn(ReviewVerdict, "reason", "review.reason", OF_PLAN, _turn, beside=(Review, "review_id")),
    SealedColumn(DeathCase, "reason", "death_case.reason", OF_PLAN, _id),
    SealedColumn(DeathConfirmation, "reason", "death_confirmation.reason", "deaths", _batch),
)
