"""What authority announces: second-person decisions, staff changes, ended tokens."""

from datetime import date, datetime
from typing import ClassVar

from shared.events.event import Event


class ApprovalDecided(Event):
    """A second person decided. Services keep it and let the requester use it once, for that act on that object."""

    TYPE: ClassVar[str] = "authority.approval.decided.v1"
    approval_id: str
    action: str
    object_id: str
    requester: str
    approver: str
    approved: bool
    expires_at: datetime


class StaffChanged(Event):
    """A staff member's place on the duty roster, pledge or training changed: how it stands now, without the name.

    `revision` grows with every change; 0 is from a version of the code that told no more than the id.
    """

    TYPE: ClassVar[str] = "authority.staff.changed.v1"
    staff_id: str
    change: str
    revision: int = 0
    team: str = ""
    roster_from: date | None = None
    roster_to: date | None = None
    pledged_on: date | None = None
    trained_on: date | None = None
    left_on: date | None = None
    door_user: str = ""


class TokenRevoked(Event):
    """A token ended before its time; services refuse it from now on."""

    TYPE: ClassVar[str] = "authority.token.revoked.v1"
    token_id: str
    expires_at: datetime
