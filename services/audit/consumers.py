"""What the audit service reacts to: records, destroyed copies, alarms, and every other event by its ids."""

from collections.abc import Mapping
from typing import Final

from services.audit.usecases.alarm_death_case import alarm_death_case
from services.audit.usecases.append_records import append_records
from services.audit.usecases.certify_destruction import certify_destruction
from services.audit.usecases.copies.note_kept import note_kept
from services.audit.usecases.copies.note_numbers import note_numbers
from services.audit.usecases.disclosure.load_subjects import load_subjects
from services.audit.usecases.disclosure.note_medium import note_medium
from services.audit.usecases.hear_head import hear_head
from services.audit.usecases.incidents.know_carriers import know_disc, know_package, know_request
from services.audit.usecases.incidents.open_incident import open_for_lost_disc
from services.audit.usecases.note_event import both, noting
from services.audit.usecases.provisions.enter_provision import enter_provision
from services.audit.usecases.rooms.keep_roster import keep_roster
from services.audit.usecases.sentinel.note_masking import note_masking
from shared.bus import Handler
from shared.events import EVENTS, Event
from shared.events.audit import RecordsMade, TrailHead
from shared.events.authority import StaffChanged
from shared.events.copies import CopiesKept, CopyDestroyed
from shared.events.intake import RequestAccepted
from shared.events.matcher import BatchMasked, DeathCaseOpened, InquiryNumbersDestroyed, SubjectsListed
from shared.events.media import DiscLost, DiscSent, DiscVerified, PackageReady, ProvisionMade
from shared.hosting.house_events import HOUSE_EVENTS


def consumers() -> dict[type[Event], Handler]:
    """A handler for every event there is. Records themselves are not noted again: that would never end."""
    known: Mapping[type[Event], Handler] = {
        **HOUSE_EVENTS,
        CopyDestroyed: certify_destruction,
        CopiesKept: note_kept,
        BatchMasked: note_masking,
        InquiryNumbersDestroyed: note_numbers,
        DeathCaseOpened: alarm_death_case,
        SubjectsListed: load_subjects,
        DiscVerified: both(note_medium, know_disc),
        DiscSent: know_disc,
        DiscLost: open_for_lost_disc,
        PackageReady: know_package,
        ProvisionMade: enter_provision,
        RequestAccepted: know_request,
        StaffChanged: keep_roster,
    }
    noted = {kind: noting(known.get(kind)) for kind in EVENTS.values() if kind not in (RecordsMade, TrailHead)}
    return {RecordsMade: append_records, TrailHead: hear_head, **noted}


CONSUMES: Final[Mapping[type[Event], Handler]] = consumers()
