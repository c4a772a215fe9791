"""events.md and asyncapi.json: the contract between the services."""

import re
from collections.abc import Mapping
from typing import Any, Final, get_type_hints

from aio_pika import DeliveryMode

from scripts.pages.markdown import code, codes, page, table
from shared.bus.rabbit import CONTENT_TYPE, HEADERS
from shared.bus.topology import EXCHANGE, bindings, queue_of, queues
from shared.events import EVENTS, Event
from shared.hosting import Service
from shared.hosting.house_events import HOUSE_EVENTS

# The version of AsyncAPI's binding for AMQP 0-9-1.
BINDING: Final = "0.3.0"
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
    """The events as an AsyncAPI 3.0 document: a channel for each routing key, and one for each service's queue."""
    schemas: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for module, events in _by_module().items():
        for event in events:
            name = event.__name__
            schema = event.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[name] = schema
            channels[event.TYPE] = _routed(event)
            operations[f"{module}.announces.{name}"] = _operation("send", event.TYPE, event)
    for event_type, consumers in consumers_of(services).items():
        event = EVENTS[event_type]
        for consumer in consumers:
            queue = queue_of(consumer)
            channels.setdefault(queue, _queued(consumer))["messages"] |= _message(event)
            operations[f"{consumer}.consumes.{event.__name__}"] = _operation("receive", queue, event)
    messages = {
        event.__name__: {
            "name": event.TYPE,
            "summary": _one_line(event.__doc__),
            "contentType": CONTENT_TYPE,
            "headers": {"type": "object", "properties": {name: {"type": "string"} for name in HEADERS}},
            "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
            "bindings": {"amqp": {"messageType": event.TYPE, "bindingVersion": BINDING}},
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


def _routed(event: type[Event]) -> dict[str, Any]:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": event.TYPE,
        "messages": _message(event),
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": BINDING}},
    }


def _queued(service: str) -> dict[str, Any]:
    name = queue_of(service)
    queue = {"name": name, "durable": True, "exclusive": False, "autoDelete": False}
    more = {
        "x-arguments": dict(queues()[name]),
        "x-bound-to": {"exchange": EXCHANGE, "keys": list(bindings()[service])},
    }
    return {
        "address": name,
        "messages": {},
        "bindings": {"amqp": {"is": "queue", "queue": queue, "bindingVersion": BINDING, **more}},
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}}


def _operation(action: str, channel: str, event: type[Event]) -> dict[str, Any]:
    how = {"deliveryMode": int(DeliveryMode.PERSISTENT), "mandatory": True} if action == "send" else {"ack": True}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{event.__name__}"}],
        "bindings": {"amqp": {**how, "bindingVersion": BINDING}},
    }


def _by_module() -> dict[str, list[type[Event]]]:
    found: dict[str, list[type[Event]]] = {}
    for event in EVENTS.values():
        found.setdefault(event.__module__.rpartition(".")[2], []).append(event)
    return dict(sorted(found.items()))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _type_text(hint: Any) -> str:
    text = hint.__name__ if isinstance(hint, type) and not _is_generic(hint) else str(hint)
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", text)


def _is_generic(hint: Any) -> bool:
    return bool(getattr(hint, "__args__", ()))
