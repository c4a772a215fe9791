"""Article 19 by both numberings, the basis of a day, and what no item carries."""

import csv
import tomllib
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.legal import article19, basis_of, is_valid, items, versions
from shared.refusals import Refusal

DAY = date(2026, 6, 25)
CODE = "my-number-act/2025-06-20/19-1"


def test_both_numberings_are_those_of_the_document_and_of_the_law() -> None:
    with (Path(__file__).parent / "data" / "article19_items.csv").open(encoding="utf-8") as file:
        stated = {tuple(row) for row in list(csv.reader(file))[1:]}
    ours = {
        (str(item.numbers.get("document-2025-03", "")), str(item.numbers["2025-06-20"]), item.ja) for item in items()
    }
    assert ours == stated
    assert sorted(item.numbers["2025-06-20"] for item in items()) == list(range(1, 18))
    assert sorted(item.numbers.get("document-2025-03", 0) for item in items()) == list(range(17))


def test_a_basis_names_the_version_of_the_law_and_the_number_in_it() -> None:
    assert basis_of("my_number", DAY) == CODE
    for kind in ("provisional", "main", "deletion"):
        assert basis_of(kind, DAY) == ""
    for day in (date(2015, 12, 31), date(2025, 6, 19)):
        with pytest.raises(Refusal, match="legal-basis-missing"):
            basis_of("my_number", day)


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        (CODE, True),
        ("my-number-act/2025-06-20/19-6", True),
        ("my-number-act/2025-06-20/19-5", False),
        ("my-number-act/2025-06-20/19-18", False),
        ("my-number-act/document-2025-03/19-1", False),
        ("my-number-act/19-1", False),
        ("", False),
    ],
)
def test_only_items_that_may_carry_it_are_valid(code: str, valid: bool) -> None:
    assert is_valid("my_number", code, DAY) is valid
    assert is_valid("main", code, DAY)
    assert not is_valid("my_number", code, date(2025, 6, 19))


def test_an_item_that_a_new_law_drops_carries_nothing_from_its_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    table: dict[str, Any] = deepcopy(
        tomllib.loads(Path(article19.__file__).with_name("article19.toml").read_text("utf-8"))
    )
    table["versions"][1]["in_force_to"] = date(2026, 12, 31)
    table["versions"].append(table["versions"][1] | {"code": "2027-01-01", "in_force_from": date(2027, 1, 1)})
    del table["versions"][2]["in_force_to"]
    for item in table["items"]:
        if item["code"] != "affairs-implementer":
            item["numbers"]["2027-01-01"] = item["numbers"]["2025-06-20"] - 1
    monkeypatch.setattr(article19, "_table", lambda: table)
    assert [one.code for one in versions()] == ["document-2025-03", "2025-06-20", "2027-01-01"]
    assert basis_of("my_number", date(2026, 12, 31)) == CODE
    with pytest.raises(Refusal, match="legal-basis-missing"):
        basis_of("my_number", date(2027, 1, 1))
    assert is_valid("my_number", "my-number-act/2027-01-01/19-5", date(2027, 1, 1))
    assert not is_valid("my_number", CODE, date(2027, 1, 1))
