"""What a report looks like in each of its forms."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest

from shared.check.findings import FINDINGS
from shared.check.renderings import FORMATS, rendered
from shared.check.renderings.as_csv import BOM, HEAD
from shared.check.renderings.as_html import LISTED
from shared.check.renderings.as_text import SHOWN
from shared.check.report import Report, plain_report
from tests.unit.check.fuzz import PLAN, TODAY
from tests.unit.intake.files import file_of, row

SECRET = "山田　秘密"
BAD = file_of(
    [
        row(1),
        row(2, name_kanji=SECRET, birth_date="19500230", member_id="=1+2"),
        row(3, address="東京都千代田区丸の内1-1-3"),
        "2,4,@M4",
    ]
)


def report_of(data: bytes) -> Report:
    return plain_report(io.BytesIO(data), kind="provisional", plan=PLAN, as_of=TODAY)


def shown(data: bytes, form: str) -> str:
    return "".join(rendered(report_of(data), form, lambda: io.BytesIO(data)))


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"csv"}))
def test_no_form_but_csv_tells_a_value_of_the_file(form: str) -> None:
    told = shown(BAD, form)
    for value in (SECRET, "19500230", "=1+2", "丸の内", "ﾔﾏﾀﾞ"):
        assert value not in told
    assert "R06" in told


def test_csv_holds_the_bad_rows_and_no_other_and_no_formula() -> None:
    told = shown(BAD, "csv")
    assert told.startswith(BOM)
    head, *rows = csv.reader(io.StringIO(told.removeprefix(BOM), newline=""))
    assert head[: len(HEAD)] == list(HEAD)
    assert [(each[0], each[1]) for each in rows] == [("3", "R06;R04"), ("5", "R01")]
    assert SECRET in rows[0]
    for each in rows:
        assert not any(re.match("[=+@\\-\t\r＝＋－＠]", cell) for cell in each)
    assert "'=1+2" in rows[0]
    assert "'@M4" in rows[1]


def test_csv_shows_the_line_that_the_finding_names() -> None:
    lines = [row(1), "", row(2, sex="9"), 'x"', row(3, sex="8")]
    told = shown(file_of(lines).replace(b'x"', b"\x80"), "csv")
    rows = list(csv.reader(io.StringIO(told.removeprefix(BOM), newline="")))[1:]
    assert [each[0] for each in rows] == ["4", "5", "6", "7"]
    assert [each[7:8] for each in rows] == [["M2"], [], ["M3"], []]


def test_json_says_what_the_check_found_and_what_it_could_not_know() -> None:
    told = json.loads(shown(BAD, "json"))
    assert (told["state"], told["counts"]) == ("accepted", {"received": 4, "accepted": 2, "rejected": 2})
    assert told["not_checked"] == ["F07", "F10", "F12", "R14", "R15", "R16"]
    assert [(each["line"], each["code"]) for each in told["items"]] == [(3, "R06"), (3, "R04"), (4, "W03"), (5, "R01")]
    assert json.loads(shown(file_of([row(1)]), "json"))["items"] == []


def test_text_ends_with_the_outcome_and_is_never_endless() -> None:
    told = shown(file_of([row(at % 9, sex="9") for at in range(1, SHOWN + 8)]), "text").splitlines()
    assert len(told) == SHOWN + 3
    assert told[-2].startswith("受理 / accepted: 受付 1007 件 = 受理 0 + 不受理 1007")


class Looking(HTMLParser):
    """Notes every element and every attribute."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in ("meta", "br", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_whole_and_runs_and_loads_nothing() -> None:
    told = shown(BAD, "html")
    page = Looking(told)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "url(" not in told.replace("url(#check-hatch)", "")
    assert (page.tags.count("h1"), page.tags.count("main")) == (1, 1)
    assert ('lang="ja"' in told, FINDINGS["R06"].action_ja in told) == (True, True)


def test_html_of_many_findings_stays_small() -> None:
    told = shown(file_of([row(at % 9, sex="9") for at in range(1, LISTED + 50)]), "html")
    assert len(told) < 2_000_000
    assert "ほか" in told
    assert "指摘" not in shown(file_of([row(1)]), "html")
