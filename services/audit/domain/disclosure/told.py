"""One person's disclosure: records of bulk acts joined with the lists in which the person stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.audit.domain.disclosure.acts import ToldAct, items_of, told_acts


@dataclass(frozen=True, slots=True)
class Concern:
    """One request that the person was in, with its reply, batch and media."""

    request_id: str
    plan_number: str
    kind: str
    cycle: str
    reply_id: str
    batch_id: str
    media: tuple[str, ...] = ()

    @property
    def objects(self) -> tuple[str, ...]:
        """Everything whose acts concern the person."""
        return tuple(one for one in (self.request_id, self.reply_id, self.batch_id, *self.media) if one)


def by_object(concerns: Iterable[Concern]) -> Mapping[str, Sequence[Concern]]:
    """For each object the requests of the person that it stands for: a batch or a disc may hold several."""
    found: dict[str, list[Concern]] = {}
    for concern in concerns:
        for one in concern.objects:
            found.setdefault(one, []).append(concern)
    return found


def told(
    records: Iterable[tuple[int, Mapping[str, Any]]], concerns: Mapping[str, Sequence[Concern]], tokens: frozenset[str]
) -> list[dict[str, Any]]:
    """What the person is told of each record. One that names people, and not this one, was about somebody else."""
    return [
        _told(index, record, concerns.get(record["object"], ()))
        for index, record in records
        if not record["subject_tokens"] or tokens & set(record["subject_tokens"])
    ]


def _told(index: int, record: Mapping[str, Any], concerns: Sequence[Concern]) -> dict[str, Any]:
    act: ToldAct = told_acts()[record["action"]]
    kinds = frozenset(concern.kind for concern in concerns) or frozenset({"main"})
    return {
        "index": index,
        "at": record["at"],
        "action": record["action"],
        "category": act.category,
        "from": act.from_whom,
        "to": act.to_whom,
        "items": list(items_of(act, kinds)),
        "requests": sorted({concern.request_id for concern in concerns}),
        "plans": sorted({concern.plan_number for concern in concerns}),
        **{name: record[name] for name in ("object_type", "object", "actor", "actor_kind", "team", "equipment")},
        **{name: record[name] for name in ("place", "purpose", "case", "legal_basis", "approval", "outcome", "reason")},
        "people": record["subjects"],
    }
