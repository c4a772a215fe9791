"""Who a token speaks for."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from shared.trail import Actor

PrincipalKind = Literal["client", "staff", "service", "anonymous"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A plan's client, a staff member at a piece of equipment, or one of our services."""

    kind: PrincipalKind
    id: str
    plans: frozenset[str] = field(default_factory=frozenset)
    team: str = ""
    equipment: str = ""
    equipment_class: str = ""
    place: str = ""
    token_id: str = ""
    roster_until: date | None = None
    trained_until: date | None = None
    certificate: str = ""
    """Thumbprint of the client certificate that the token is bound to; empty where it is bound to none."""

    def may_act_for(self, plan_number: str) -> bool:
        """Whether a plan's client is bound to that plan."""
        return "*" in self.plans or plan_number in self.plans

    @property
    def actor(self) -> Actor:
        """How this principal stands in the record."""
        return Actor(kind=self.kind, id=self.id, team=self.team, equipment=self.equipment, place=self.place)


ANONYMOUS = Principal(kind="anonymous", id="")
