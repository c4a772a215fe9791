"""events.md and asyncapi.json: the contract between the services."""

import re
from collections.abc import Mapping
from typing import Any, Final, get_type_hints

from scripts.pages.markdown import code, codes, page, table
from shared.events import EVENTS, Event
from shared.hosting import Service
from shared.hosting.house_events import HOUSE_EVENTS

PUBLISHERS: Final = {"copies": "whoever held the copy", "audit": "audit (records: every service)"}


def consumers_of(services: Mapping[str, Service]) -> dict[str, list[str]]:
    """Event type to the services that react to it."""
    found: dict[str, list[str]] = {event_type: [] for event_type in EVENTS}
    for name, service in services.items():
        for event in {**HOUSE_EVENTS, **service.consumers}:
            found[event.TYPE].append(name)
    return found


def events_page(services: Mapping[str, Service]) -> str:
    """Every event by publisher, with its fields and who reacts."""
    consumers = consumers_of(services)
    parts: list[str] = []
    for module, events in _by_module().items():
        parts.append(f"## {module}\n\nAnnounced by {PUBLISHERS.get(module, module)}.")
        for event in events:
            rows = [
                (code(name), code(_type_text(hint)), "" if event.model_fields[name].is_required() else "optional")
                for name, hint in get_type_hints(event).items()
                if name in event.model_fields
            ]
            heading = f"### {event.TYPE}\n\n{_one_line(event.__doc__)}\n\nConsumed by {codes(consumers[event.TYPE])}."
            parts.append(heading + "\n\n" + table(("field", "type", ""), rows))
    intro = (
        "Facts in the past tense, CloudEvents 1.0, one class a version. They carry ids, counts, digests and blob\n"
        "references, never personal data. The same as a machine reads it: [asyncapi.json](asyncapi.json)."
    )
    return page("Events", intro, *parts)


def asyncapi(services: Mapping[str, Service]) -> dict[str, Any]:
    """The events as an AsyncAPI 3.0 document."""
    consumers = consumers_of(services)
    schemas: dict[str, Any] = {}
    channels, operations = {}, {}
    for module, events in _by_module().items():
        for event in events:
            name = event.__name__
            schema = event.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[name] = schema
            channels[event.TYPE] = {
                "address": event.TYPE,
                "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            }
            operations[f"{module}.announces.{name}"] = _operation("send", event)
            for consumer in consumers[event.TYPE]:
                operations[f"{consumer}.consumes.{name}"] = _operation("receive", event)
    messages = {
        event.__name__: {
            "name": event.TYPE,
            "summary": _one_line(event.__doc__),
            "contentType": "application/cloudevents+json",
            "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        }
        for event in EVENTS.values()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shokai events",
            "version": "1",
            "description": "The payload is the data of a CloudEvents 1.0 envelope; its subject is the ordering key.",
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _by_module() -> dict[str, list[type[Event]]]:
    found: dict[str, list[type[Event]]] = {}
    for event in EVENTS.values():
        found.setdefault(event.__module__.rpartition(".")[2], []).append(event)
    return dict(sorted(found.items()))


def _operation(action: str, event: type[Event]) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{event.TYPE}"}}


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _type_text(hint: Any) -> str:
    text = hint.__name__ if isinstance(hint, type) and not _is_generic(hint) else str(hint)
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", text)


def _is_generic(hint: Any) -> bool:
    return bool(getattr(hint, "__args__", ()))
