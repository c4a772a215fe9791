"""What the code says in catalogued words: refusals, audited actions, events; each word must stand in its catalogue."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final

from shared.auth.acts import act_rules
from shared.events import EVENTS
from shared.trail import actions
from tests.architecture.source import ROOT, Finding, Source, dotted

COMMON_PROBLEMS: Final = "shared/http/problems.toml"
ACTION_OF: Final = {"access": 0, "Access": 1}  # call -> position of the action among its arguments


def problem_codes(*paths: str) -> frozenset[str]:
    """The codes of catalogue files."""
    return frozenset(code for path in paths for code in tomllib.loads((ROOT / path).read_text("utf-8"))["problems"])


def refusals(source: Source) -> Iterator[tuple[int, str | None]]:
    """Line and code of every refusal; None where the code is computed."""
    for call in source.calls():
        if dotted(call.func) == "Refusal":
            yield from ((call.lineno, code) for code in (source.texts_of(call.args[0]) if call.args else [None]))
    for node in source.walk():
        if isinstance(node, ast.FunctionDef) and "refusal" in node.name:
            yield from ((node.lineno, code) for code in _returned_texts(source, node) if code is not None)


def uncatalogued_refusals(
    source: Source, catalogue: frozenset[str], computed: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """Every refusal's code stands in a catalogue; where it is computed, the module is listed with a reason."""
    for line, code in refusals(source):
        if code is None and source.path not in (computed or {}):
            yield Finding(source.path, line, "refuses with a code that cannot be read off")
        elif code is not None and code not in catalogue:
            yield Finding(source.path, line, f"refuses with {code}, which is in no catalogue")


def recorded_actions(source: Source) -> Iterator[tuple[int, str | None]]:
    """Line and action of every access record that the module makes; None where it is computed."""
    for call in source.calls():
        position = ACTION_OF.get(dotted(call.func).rpartition(".")[2])
        if position is None:
            continue
        named = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
        given = named or list(call.args[position : position + 1])
        for action in source.texts_of(given[0]) if given else ():
            yield call.lineno, action


def unknown_actions(
    source: Source, known: frozenset[str], computed: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """Every recorded action stands in the vocabulary or is an act of the matrix."""
    for line, action in recorded_actions(source):
        if action is None and source.path not in (computed or {}):
            yield Finding(source.path, line, "records an action that cannot be read off")
        elif action is not None and action not in known:
            yield Finding(source.path, line, f"records {action}, which is not in the vocabulary")


def known_actions() -> frozenset[str]:
    """The closed vocabulary and the acts of the matrix."""
    return frozenset(actions()) | frozenset(act_rules())


def built_events(source: Source) -> frozenset[str]:
    """The types of the events that the module makes."""
    classes = {event.__name__: event.TYPE for event in EVENTS.values()}
    called = {dotted(call.func).removesuffix(".model_validate").rpartition(".")[2] for call in source.calls()}
    return frozenset(classes[name] for name in called & set(classes))


def _returned_texts(source: Source, function: ast.FunctionDef) -> Iterator[str | None]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from source.texts_of(node.value)
