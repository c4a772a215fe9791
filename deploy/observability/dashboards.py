"""The dashboards as code: `python -m deploy.observability.dashboards` writes them to grafana/."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).with_name("grafana")
SOURCE: Final = {"type": "prometheus", "uid": "${source}"}
WIDTH: Final = 24


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: its question in PromQL, and how the answers are named."""

    title: str
    ask: str
    legend: str
    unit: str
    kind: str
    width: int
    red_above: float | None


def rate(name: str, by: str) -> str:
    """How often a second, over five minutes."""
    return f'sum by ({by}) (rate({name}{{service=~"$service"}}[5m]))'


def quantile(share: float, name: str, by: str) -> str:
    """The time that this share of all stays under."""
    return f'histogram_quantile({share}, sum by (le, {by}) (rate({name}_bucket{{service=~"$service"}}[5m])))'


def largest(name: str, by: str = "service") -> str:
    """The largest that any replica tells: they all look at one database."""
    return f'max by ({by}) ({name}{{service=~"$service"}})'


def number(title: str, ask: str, *, unit: str = "short", red_above: float = 0) -> Panel:
    """A number that turns red above a limit."""
    return Panel(title, ask, "{{service}}", unit, "stat", 4, red_above)


def lines(
    title: str,
    ask: str,
    legend: str = "{{service}}",
    *,
    unit: str = "short",
    width: int = 8,
    red_above: float | None = None,
) -> Panel:
    """Something over time."""
    return Panel(title, ask, legend, unit, "timeseries", width, red_above)


OVERVIEW: Final = (
    number("保留の事象 / Parked events", "sum(max by (service) (shokai_inbox_parked))"),
    number("最古の未送信 / Oldest in outbox", "max(shokai_outbox_oldest_seconds)", unit="s", red_above=60),
    number("件数不一致 / Unbalanced batches", "max(shokai_batches_unbalanced)"),
    number("署名の遅れ / Log lag", "max(shokai_log_lag_seconds)", unit="s", red_above=60),
    number("記録の欠落 / Record gaps", "max(shokai_log_gaps)"),
    number("廃棄の遅れ / Destruction overdue", "max(shokai_destruction_late_seconds)", unit="s", red_above=3600),
    lines(
        "呼出し / Calls", rate("shokai_http_seconds_count", "service, status"), "{{service}} {{status}}", unit="reqps"
    ),
    lines("応答時間 p99 / Time to answer, p99", quantile(0.99, "shokai_http_seconds", "service"), unit="s"),
    lines("工程の時間 p95 / Stage times, p95", quantile(0.95, "shokai_stage_seconds", "stage"), "{{stage}}", unit="s"),
    lines("審査待ち / Reviews open", "max(shokai_reviews_open)", "審査 / reviews"),
    lines("データベース / Databases", largest("shokai_database_up")),
    lines("中継役 / Leaders", 'sum by (service) (shokai_leader{service=~"$service"})'),
    lines(
        "呼出し別 p95 / By route, p95", quantile(0.95, "shokai_http_seconds", "route"), "{{route}}", unit="s", width=12
    ),
    lines(
        "定時処理の時間 p95 / Jobs, p95",
        quantile(0.95, "shokai_job_seconds", "job_name"),
        "{{job_name}}",
        unit="s",
        width=12,
    ),
)
EVENTS: Final = (
    lines("未送信 / In the outbox", largest("shokai_outbox_events")),
    lines("未送信の最古 / Oldest in the outbox", largest("shokai_outbox_oldest_seconds"), unit="s"),
    lines("確認までの時間 p99 / Time to confirm, p99", quantile(0.99, "shokai_publish_seconds", "service"), unit="s"),
    lines("送信 / Published", rate("shokai_events_published_total", "service"), unit="ops"),
    lines("再配達 / Redelivered", rate("shokai_events_redelivered_total", "service"), unit="ops"),
    lines("受入の束 p95 / Events a commit, p95", quantile(0.95, "shokai_accept_batch_events", "service")),
    lines("未処理 / Waiting, by type", largest("shokai_inbox_waiting", "type"), "{{type}}", width=12),
    lines("保留 / Parked, by type", largest("shokai_inbox_held", "type"), "{{type}}", width=12, red_above=0),
    lines("未処理の最古 / Oldest waiting", largest("shokai_inbox_oldest_seconds"), unit="s"),
    lines(
        "処理 / Handled", rate("shokai_event_seconds_count", "service, outcome"), "{{service}} {{outcome}}", unit="ops"
    ),
    lines("処理時間 p95 / Time to handle, p95", quantile(0.95, "shokai_event_seconds", "type"), "{{type}}", unit="s"),
    lines("仲介 / Broker", largest("shokai_bus_connected")),
    lines("受け手 / Consumers", largest("shokai_bus_consuming")),
    lines("一括確定 p95 / Transactions a commit, p95", quantile(0.95, "shokai_commit_transactions", "service")),
    lines("確定の時間 p99 / Commit, p99", quantile(0.99, "shokai_commit_seconds", "service"), unit="s"),
)
LOG: Final = (
    number("記録の数 / Records", "max(shokai_log_records)", red_above=1e12),
    number("署名待ち / Without a checkpoint", "max(shokai_log_unsigned_records)", red_above=10_000),
    number("署名の遅れ / Lag", "max(shokai_log_lag_seconds)", unit="s", red_above=60),
    number("欠落 / Gaps", "max(shokai_log_gaps)"),
    number("警報 / Alarms", "max(shokai_log_alarms)"),
    number("廃棄の期限到来 / Destructions due", "sum(max by (service) (shokai_destruction_due))", red_above=1000),
    lines("未送信の記録 / Records not yet sent", largest("shokai_records_unsent")),
    lines(
        "記録の増え方 / Records a second", "deriv(max(shokai_log_records)[5m:30s])", "件/秒 / per second", unit="ops"
    ),
    lines("署名の遅れ / Lag over time", "max(shokai_log_lag_seconds)", "秒 / s", unit="s", red_above=60),
    lines("廃棄の遅れ / Destruction overdue", largest("shokai_destruction_late_seconds"), unit="s"),
    lines("署名鍵の年齢 / Age of signing keys", largest("shokai_signing_key_age_seconds"), unit="s"),
    lines(
        "証明書の残り / Certificates end in",
        "min by (certificate) (shokai_certificate_expiry_timestamp_seconds) - time()",
        "{{certificate}}",
        unit="s",
    ),
)
BOARDS: Final = {
    "overview": ("照会 全体 / Shokai: Overview", OVERVIEW),
    "events": ("照会 イベント / Shokai: Events", EVENTS),
    "audit-log": ("照会 記録 / Shokai: Audit log", LOG),
}


def dashboard(name: str) -> dict[str, Any]:
    """One of them, as Grafana imports it. Which Prometheus it asks is chosen on the page."""
    title, panels = BOARDS[name]
    return {
        "uid": f"shokai-{name}",
        "title": title,
        "tags": ["shokai"],
        "timezone": "Asia/Tokyo",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": _variables()},
        "panels": list(_placed(panels)),
    }


def text(name: str) -> str:
    """The file's content."""
    return json.dumps(dashboard(name), ensure_ascii=False, indent=1) + "\n"


def write() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name in BOARDS:
        (FOLDER / f"{name}.json").write_text(text(name), "utf-8")


def _variables() -> list[dict[str, Any]]:
    return [
        {"name": "source", "label": "データ源 / Data source", "type": "datasource", "query": "prometheus"},
        {
            "name": "service",
            "label": "サービス / Service",
            "type": "query",
            "datasource": SOURCE,
            "query": "label_values(shokai_database_up, service)",
            "includeAll": True,
            "multi": True,
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
            "refresh": 2,
        },
    ]


def _placed(panels: Sequence[Panel]) -> Iterator[dict[str, Any]]:
    across, down, row_height = 0, 0, 0
    for at, panel in enumerate(panels, start=1):
        height = 4 if panel.kind == "stat" else 8
        if across + panel.width > WIDTH:
            across, down = 0, down + row_height
            row_height = 0
        yield _panel(at, panel, {"x": across, "y": down, "w": panel.width, "h": height})
        across, row_height = across + panel.width, max(row_height, height)


def _panel(number_of_panel: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.red_above is not None:
        steps.append({"color": "red", "value": panel.red_above + 1e-9})
    return {
        "id": number_of_panel,
        "title": panel.title,
        "type": panel.kind,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "targets": [{"refId": "A", "datasource": SOURCE, "expr": panel.ask, "legendFormat": panel.legend}],
    }


if __name__ == "__main__":
    write()
