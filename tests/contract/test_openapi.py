"""The OpenAPI document of each service: complete, well formed, committed, and without personal data in an address."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest

from cli.embedded import Embedded
from scripts.generate_docs import OUT, generated, stale
from tests.contract.surface import SURFACE, promised

IN_NO_ADDRESS: Final = frozenset(
    "name name_kana name_kanji birth_date sex address my_number resident_code inquiry_number member_id password".split()
)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation as "GET /path/{}" with its description."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}", operation


@pytest.fixture(params=sorted(SURFACE))
def service(request: pytest.FixtureRequest) -> str:
    """Each service in turn."""
    return str(request.param)


@pytest.fixture
def document(system: Embedded, service: str) -> dict[str, Any]:
    """Its OpenAPI document."""
    return system.services[service].app.openapi()


def test_every_promised_call_is_there(document: dict[str, Any], service: str) -> None:
    assert not promised(service) - {name for name, _ in operations(document)}


def test_the_document_is_what_was_committed(document: dict[str, Any], service: str) -> None:
    committed = json.loads((OUT / "openapi" / f"{service}.json").read_text("utf-8"))
    assert document == committed, (
        "the outside surface changed: if that is meant, run make docs and say so in CHANGELOG.md"
    )


def test_it_is_openapi_31_with_valid_schemas(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for schema in document.get("components", {}).get("schemas", {}).values():
        jsonschema_rs.meta.validate(schema)


def test_every_operation_has_its_own_id_and_says_what_it_does(document: dict[str, Any]) -> None:
    seen = [operation["operationId"] for _, operation in operations(document)]
    assert len(seen) == len(set(seen))
    for name, operation in operations(document):
        assert operation.get("description", "").strip(), name


def test_every_address_is_the_services_own_and_names_nobody(document: dict[str, Any], service: str) -> None:
    for name, operation in operations(document):
        assert f" /{service}/v1/" in name
        for parameter in operation.get("parameters", ()):
            assert parameter["name"] not in IN_NO_ADDRESS, name


def test_all_generated_pages_are_fresh(system: Embedded) -> None:
    assert not stale(generated(system.services))


def test_a_stale_page_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.generate_docs.OUT", tmp_path)
    (tmp_path / "same.md").write_text("x", "utf-8")
    (tmp_path / "old.md").write_text("x", "utf-8")
    (tmp_path / "left-over.md").write_text("x", "utf-8")
    assert stale({"same.md": "x", "old.md": "y", "new.md": "z"}) == ["left-over.md", "new.md", "old.md"]
