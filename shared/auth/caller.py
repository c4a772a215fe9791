"""One call: who makes it, for what purpose, in which case, with whose approval."""

from dataclasses import dataclass
from typing import Any

from shared.auth.principals import Principal
from shared.telemetry.tracing import current_trace_id
from shared.trail import Access


@dataclass(frozen=True, slots=True)
class Caller:
    """What an allowed call brings to a use case."""

    principal: Principal
    purpose: str = ""
    case: str = ""
    approval: str = ""
    request_id: str = ""
    channel: str = "http"
    mark: str = ""
    """What the gate let pass unconfirmed: it stands in every record of the call, after the record's own reason."""

    def access(self, action: str, object_type: str, object_id: str, **more: Any) -> Access:
        """An access record of this call; `more` sets what the call itself does not know (subjects, outcome, ...)."""
        stated: dict[str, Any] = {
            "purpose": self.purpose,
            "case": self.case,
            "approval": self.approval,
            "channel": self.channel,
            "request_id": self.request_id,
            "trace_id": current_trace_id(),
        }
        if self.mark:
            more["reason"] = ";".join(filter(None, (more.get("reason", ""), self.mark)))
        return Access(self.principal.actor, action, object_type, object_id, **(stated | more))
