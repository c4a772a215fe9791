"""One access: who did what to which object, why and with what outcome. Never personal data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a staff member, a plan's client, a service or a job."""

    kind: str
    id: str
    team: str = ""
    equipment: str = ""
    place: str = ""

    @classmethod
    def job(cls, name: str) -> "Actor":
        """The system itself, acting by schedule or by event."""
        return cls(kind="job", id=name)


@dataclass(frozen=True, slots=True)
class Access:
    """One entry of the record. `subjects` counts people; `subject_tokens` are pseudonyms of single ones."""

    actor: Actor
    action: str
    object_type: str
    object_id: str
    subjects: int = 0
    subject_tokens: tuple[str, ...] = ()
    purpose: str = ""
    case: str = ""
    legal_basis: str = ""
    approval: str = ""
    channel: str = ""
    release: str = ""
    outcome: str = "done"
    reason: str = ""
    request_id: str = ""
    trace_id: str = ""
