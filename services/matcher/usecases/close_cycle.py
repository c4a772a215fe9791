"""A cutoff passed: deletions are executed, then one batch a kind is built out of all closed requests.

Deletions go first: a plan that no longer needs a person may not ask the registry about that person, so a main inquiry
with the same number in the same cycle is answered "unknown or deleted" without asking.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter

from services.matcher.settings import MatcherParts
from services.matcher.usecases.build_batch import build_batch
from services.matcher.usecases.delete_numbers import delete_numbers
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect
from shared.db import Work
from shared.events.intake import ClosedRequest, CycleClosed, Kind

BATCH_KINDS: Final[tuple[Kind, ...]] = ("provisional", "main", "my_number")
_LIST: Final = TypeAdapter(list[ClosedRequest])


async def close_cycle(parts: MatcherParts, event: CycleClosed) -> Effect:
    """Everything that the cutoff owes, ready to be committed at once."""
    return await asyncio.to_thread(_prepare, parts, event)


def _prepare(parts: MatcherParts, event: CycleClosed) -> Effect:
    requests = _closing_list(parts, event.closing_list)
    effects = [delete_numbers(parts, event, _of_kind(requests, "deletion"))]
    by_kind = [(kind, _of_kind(requests, kind)) for kind in BATCH_KINDS]
    effects.extend(build_batch(parts, event, kind, mine) for kind, mine in by_kind if mine)

    def effect(work: Work) -> None:
        for one in effects:
            one(work)

    return effect


def _closing_list(parts: MatcherParts, ref: BlobRef) -> list[ClosedRequest]:
    requests = _LIST.validate_json(parts.blobs.get(ref))
    return sorted(requests, key=lambda one: (one.accepted_at, one.request_id))


def _of_kind(requests: Sequence[ClosedRequest], kind: Kind) -> list[ClosedRequest]:
    return [one for one in requests if one.kind == kind]
