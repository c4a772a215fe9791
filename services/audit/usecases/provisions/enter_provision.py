"""Enter a provision in the register; one whose basis does not hold is entered all the same, and raises an alarm."""

from typing import Final

from services.audit.parts import AuditParts
from services.audit.storage.chains import raise_alarm
from services.audit.storage.incidents.tables import Provision
from shared.bus import Effect
from shared.calendar.clock import JST
from shared.db import Work
from shared.events.media import ProvisionMade
from shared.legal import is_valid
from shared.trail import Access, Actor

REGISTER: Final = Actor.job("provision-register")
NO_BASIS: Final = "no-legal-basis"


async def enter_provision(parts: AuditParts, event: ProvisionMade) -> Effect:
    """One line a provision, however often it is told."""

    def effect(work: Work) -> None:
        if work.session.get(Provision, event.provision_id) is not None:
            return
        work.session.add(_line(event))
        work.session.flush()
        access = Access(
            REGISTER,
            "audit.provision.enter",
            event.object_type,
            event.object_id,
            subjects=event.people,
            purpose=event.purpose,
            case=event.request_id,
            legal_basis=event.legal_basis,
            release=f"{event.object_id}:{event.sha256}",
        )
        work.record(access)
        if not is_valid(event.kind, event.legal_basis, event.provided_at.astimezone(JST).date()):
            raise_alarm(work.session, NO_BASIS, f"provision/{event.provision_id}", 0, 0, work.now)

    return effect


def _line(event: ProvisionMade) -> Provision:
    return Provision(
        id=event.provision_id,
        object_type=event.object_type,
        object_id=event.object_id,
        request_id=event.request_id,
        plan_number=event.plan_number,
        kind=event.kind,
        people=event.people,
        purpose=event.purpose,
        legal_basis=event.legal_basis,
        channel=event.channel,
        digest=event.sha256,
        provided_at=event.provided_at,
        by=event.by,
    )
