"""A record in another system's form, field by field as the mapping says."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Literal

Form = Literal["fhir", "ocsf"]
Place = dict[str, Any] | list[Any]


def in_form(record: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The record as an AuditEvent or a Datastore Activity. What it leaves empty is left out; pseudonyms stay behind."""
    mapping, made = _mapping(form), dict[str, Any]()
    known = {**record, "verb": str(record["action"]).rpartition(".")[2]}
    for field in mapping["fields"]:
        value = _value(field, known, mapping)
        if value not in ("", None, []):
            _put(made, field["to"].split("."), value)
    return made


def _value(field: Mapping[str, Any], record: Mapping[str, Any], mapping: Mapping[str, Any]) -> Any:
    if "is" in field:
        return field["is"] if record.get(field.get("with", "id")) else None
    if "details" in field:
        return [{"type": name, "valueString": str(record[name])} for name in field["details"] if record.get(name)]
    value = record.get(field["from"], "")
    if "table" in field:
        return mapping[field["table"]].get(value, field.get("otherwise"))
    if field.get("as") == "ms":
        return round(datetime.fromisoformat(value).timestamp() * 1000)
    return f"{field['before']}{value}" if value and "before" in field else value


def _put(into: Place, path: list[str], value: Any) -> None:
    """Put a value at a path; a number in it is a place in a list, and places are filled in order."""
    here: Any = into
    for step, following in pairwise(path):
        empty: Place = [] if following.isdecimal() else {}
        if isinstance(here, list):
            if len(here) == int(step):
                here.append(empty)
            here = here[int(step)]
        else:
            here = here.setdefault(step, empty)
    if isinstance(here, list):
        here.append(value)
    else:
        here[path[-1]] = value


@cache
def _mapping(form: Form) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("services.audit.domain.forms").joinpath(f"{form}.toml").read_text("utf-8"))
