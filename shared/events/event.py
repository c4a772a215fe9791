"""What an event is, and its envelope (CloudEvents 1.0, structured JSON)."""

from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, ConfigDict

EVENTS: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """One fact. A class is one version of one event; optional fields may be added, anything else is a new version."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        EVENTS[cls.TYPE] = cls


class Envelope(BaseModel):
    """The CloudEvents attributes around an event's data. `subject` is the ordering key."""

    model_config = ConfigDict(frozen=True)

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str = "application/json"
    traceparent: str = ""
    data: dict[str, Any]

    @classmethod
    def of(cls, body: bytes) -> "Envelope":
        """The envelope in a message. ValueError where there is none."""
        return cls.model_validate(orjson.loads(body))


def event_of(envelope: Envelope) -> Event | None:
    """The typed event inside an envelope, or None where this version of the code does not know the type."""
    kind = EVENTS.get(envelope.type)
    return None if kind is None else kind.model_validate(envelope.data)
