"""Control totals: received = accepted + rejected + withdrawn, or the cycle does not close."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.intake.domain.requests import RequestState
from shared.refusals import Refusal

TAKEN_BACK: Final[frozenset[RequestState]] = frozenset({"withdrawn", "replaced"})


@dataclass(frozen=True)
class Counted:
    """One checked request's records."""

    request_id: str
    state: RequestState
    received: int
    accepted: int
    rejected: int


@dataclass(frozen=True)
class Balance:
    """A cycle's records. Of a request taken back the records that had been accepted count as withdrawn."""

    received: int = 0
    accepted: int = 0
    rejected: int = 0
    withdrawn: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is lost and nothing doubled."""
        return self.received == self.accepted + self.rejected + self.withdrawn


def balance_of(requests: Iterable[Counted]) -> Balance:
    """The totals over a cycle's checked requests."""
    received = accepted = rejected = withdrawn = 0
    for each in requests:
        received += each.received
        rejected += each.rejected
        if each.state in TAKEN_BACK:
            withdrawn += each.accepted
        else:
            accepted += each.accepted
    return Balance(received, accepted, rejected, withdrawn)


def check_balance(requests: Iterable[Counted]) -> Balance:
    """The balance; Refusal `cycle-unbalanced` names the requests that break it."""
    requests = list(requests)
    broken = [each.request_id for each in requests if each.received != each.accepted + each.rejected]
    balance = balance_of(requests)
    if broken or not balance.holds:
        raise Refusal("cycle-unbalanced", requests=broken[:100])
    return balance
