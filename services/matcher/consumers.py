"""What the matcher reacts to: event -> use case."""

from collections.abc import Mapping
from typing import Final

from services.matcher.usecases.check_answer import check_answer
from services.matcher.usecases.close_cycle import close_cycle
from services.matcher.usecases.complete_reply import complete_reply
from services.matcher.usecases.end_contract import end_contract
from services.matcher.usecases.heed_holds import HOLD_EVENTS
from services.matcher.usecases.make_replies import make_replies
from services.matcher.usecases.match_part import match_part
from services.matcher.usecases.rehearse_rules import rehearse_rules
from shared.bus.handling import Handler
from shared.events import Event
from shared.events.intake import CycleClosed, PlanContractEnded
from shared.events.matcher import AnswerFileStored, BatchReleased, PartRequested, RehearsalRequested
from shared.events.media import ReplyCompleted

CONSUMES: Final[Mapping[type[Event], Handler]] = {
    CycleClosed: close_cycle,
    PlanContractEnded: end_contract,
    AnswerFileStored: check_answer,
    PartRequested: match_part,
    BatchReleased: make_replies,
    RehearsalRequested: rehearse_rules,
    ReplyCompleted: complete_reply,
    **HOLD_EVENTS,
}

# Bulk work, cut into events of its own: any number of workers may share it.
HEAVY: Final = frozenset(
    kind.TYPE for kind in (CycleClosed, AnswerFileStored, PartRequested, BatchReleased, RehearsalRequested)
)
