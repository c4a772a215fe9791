"""Which act stands in front of each route."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts


def routes(app: FastAPI) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every route as "GET /path", with the acts of the gates in front of it."""
    for route in iter_route_contexts(app.routes):
        original = route.original_route
        acts = tuple(_acts(original.dependant)) if isinstance(original, APIRoute) else ()
        for method in sorted((getattr(route, "methods", None) or {"MOUNT"}) - {"HEAD"}):
            yield f"{method} {route.path}", acts


def ungated(app: FastAPI, open_routes: frozenset[str]) -> list[str]:
    """Routes that have no gate, or more than one, and are not on the list of open ones."""
    return [name for name, acts in routes(app) if len(acts) != 1 and name not in open_routes]


def _acts(dependant: Dependant) -> Iterator[str]:
    for part in dependant.dependencies:
        act = getattr(part.call, "act", None)
        if act is not None:
            yield act
        yield from _acts(part)
