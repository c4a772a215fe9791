"""Alerts and dashboards ask for metrics that there are; every alert says what it means and where to read on."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.observability.dashboards import BOARDS, FOLDER, text
from shared.telemetry.families import FAMILIES, TOLD

ROOT = Path(__file__).parents[3]
FOLDER_OF_RULES = ROOT / "deploy/observability"
RULES = yaml.safe_load((FOLDER_OF_RULES / "alerts.yaml").read_text("utf-8"))
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
SAMPLES = {family.name + suffix: family for family in FAMILIES for suffix in SUFFIXES[family.kind]}
FROM_PROMETHEUS = {"up"}
LABELS_OF_SCRAPES = {"service", "instance", "job", "le"}

NAME = re.compile(r"\b(?:shokai_[a-z_]+|up)\b")
SELECTED = re.compile(r"\b(shokai_[a-z_]+)\{([^}]*)\}")
GROUPED = re.compile(r"\bby \(([^)]*)\)")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def boards() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def asked() -> list[tuple[str, str]]:
    """Every question of an alert or a dashboard."""
    alerts = [(name, str(rule["expr"])) for name, rule in ALERTS.items()]
    panels = [(name, panel) for name, board in boards().items() for panel in board["panels"]]
    return alerts + [(f"{name}: {panel['title']}", one["expr"]) for name, panel in panels for one in panel["targets"]]


def unknown(question: str) -> list[str]:
    """Metrics of a question that nobody exports, and labels that they do not have."""
    names = set(NAME.findall(question)) - FROM_PROMETHEUS
    found = [name for name in names if name not in SAMPLES]
    known = LABELS_OF_SCRAPES | {label for name in names & set(SAMPLES) for label in SAMPLES[name].labels}
    for selected in SELECTED.findall(question):
        own = LABELS_OF_SCRAPES | set(SAMPLES[selected[0]].labels if selected[0] in SAMPLES else ())
        found += [label for label in re.findall(r"(\w+)\s*[=!]", selected[1]) if label not in own]
    grouped = [label.strip() for group in GROUPED.findall(question) for label in group.split(",")]
    return found + [label for label in grouped if label not in known]


@pytest.mark.parametrize(("where", "question"), asked())
def test_what_is_asked_for_is_told(where: str, question: str) -> None:
    assert unknown(question) == []


def test_what_is_not_told_is_found() -> None:
    assert unknown("max(shokai_no_such) > 0") == ["shokai_no_such"]
    assert unknown('sum by (plan) (shokai_http_seconds_count{person="x"})') == ["person", "plan"]
    assert unknown("shokai_spans_lost > 0") == ["shokai_spans_lost"]


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_it_means(name: str) -> None:
    rule, told = ALERTS[name], ALERTS[name]["annotations"]
    assert rule["labels"]["severity"] in ("page", "ticket")
    for text_of_alert in (told["summary"], told["description"]):
        japanese, english = text_of_alert.split(" / ", 1)
        assert JAPANESE.search(japanese) or "{{ $value }}" in japanese or "件" in japanese
        assert not JAPANESE.search(english)


@pytest.mark.parametrize("name", ALERTS)
def test_the_runbook_of_an_alert_is_there(name: str) -> None:
    page, anchor = ALERTS[name]["annotations"]["runbook"].split("#")
    assert anchor in anchors(ROOT / page)
    assert name in (ROOT / "docs/observability.md").read_text("utf-8")


def test_the_runbooks_own_links_are_there() -> None:
    page = ROOT / "docs/observability.md"
    links = re.findall(r"\]\(([\w./]*)#([^)]+)\)", page.read_text("utf-8"))
    assert len(links) > 10
    assert [f"{to}#{anchor}" for to, anchor in links if anchor not in anchors(page.parent / to if to else page)] == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made of them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_what_a_service_tells_is_watched_or_shown() -> None:
    everything = " ".join(question for _, question in asked())
    assert [family.name for family in TOLD if family.name not in everything] == []


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_as_it_was_made(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text("utf-8") == text(name), "python -m deploy.observability.dashboards"


def test_dashboards_ask_whichever_prometheus_is_chosen() -> None:
    assert set(boards()) == set(BOARDS)
    for board in boards().values():
        assert JAPANESE.search(board["title"])
        sources = [panel["datasource"]["uid"] for panel in board["panels"]]
        sources += [one["datasource"]["uid"] for panel in board["panels"] for one in panel["targets"]]
        assert set(sources) == {"${source}"}
        assert all(JAPANESE.search(panel["title"]) for panel in board["panels"])


def test_panels_do_not_lie_on_one_another() -> None:
    for board in boards().values():
        places = [panel["gridPos"] for panel in board["panels"]]
        cells = [
            (across, down)
            for place in places
            for across in range(place["x"], place["x"] + place["w"])
            for down in range(place["y"], place["y"] + place["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(across for across, _ in cells) < 24


@pytest.mark.parametrize("file", ["prometheus.yaml", "prometheus-embedded.yaml", "alerts_test.yaml"])
def test_the_other_files_are_read(file: str) -> None:
    read = yaml.safe_load((FOLDER_OF_RULES / file).read_text("utf-8"))
    assert read["rule_files"] == ["alerts.yaml"]


def test_every_alert_that_is_tested_is_there() -> None:
    tests = yaml.safe_load((FOLDER_OF_RULES / "alerts_test.yaml").read_text("utf-8"))["tests"]
    assert {one["alertname"] for test in tests for one in test["alert_rule_test"]} <= set(ALERTS)
