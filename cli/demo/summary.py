"""What the demonstration shows at its end."""

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table

from cli.demo.stage import Stage
from cli.output import table
from cli.verify import Verdict
from shared.layouts import KIND_CODES, layout

_SAID_BY = {"provisional": "outcome", "main": "status", "my_number": "status", "deletion": "result"}


def kind_ja(kind: str) -> str:
    """The kind as letters to plans name it."""
    return layout("pfa-reply-1").codes("kind")[KIND_CODES[kind]]["ja"]


def outcomes_ja(kind: str, outcomes: dict[str, int]) -> str:
    """How many of a reply's records say what."""
    words = layout("pfa-reply-1").codes(_SAID_BY[kind])
    return "、".join(f"{words[code]['ja']} {count:,}" for code, count in outcomes.items())


async def gather_summary(stage: Stage, verdict: Verdict, address: str, seconds: float) -> dict[str, Any]:
    """Everything that the summary says, as data."""
    destroyed = await stage.auditor.items("/audit/v1/destructions")
    return {
        "requests": [_request(stage, sent) for sent in stage.sent],
        "returned": [{"plan_number": plan.number, "why": why} for plan, why in stage.returned],
        "balances": [
            {
                "cycle": one["cycle"],
                "kind": one["kind"],
                "balanced": one["balanced"],
                "inquiries": next((hop["given"] for hop in one["hops"] if hop["hop"] == "matched"), 0),
            }
            for one in stage.balances
        ],
        "reviews": stage.reviews,
        "deaths": stage.deaths,
        "unexpected": sum(sent.unexpected for sent in stage.sent),
        "destroyed": _destroyed(destroyed),
        "log": {"ok": verdict.ok, "records": verdict.records, "root": verdict.root},
        "files": {"folder": str(stage.folder), **_examples(stage.folder)},
        "address": address,
        "seconds": round(seconds, 1),
    }


def _request(stage: Stage, sent: Any) -> dict[str, Any]:
    return {
        "cycle": sent.cycle,
        "plan_number": sent.plan.number,
        "plan": sent.plan.name,
        "channel": sent.plan.channel,
        "kind": sent.file.envelope.kind,
        "records": sent.file.records,
        "rejected": sent.counts.get("rejected", 0),
        "outcomes": dict(sorted(sent.outcomes.items())),
    }


def _destroyed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    copies = Counter(str(item["what"]) for item in items)
    records: Counter[str] = Counter()
    for item in items:
        records[str(item["what"])] += int(item["records"] or 0)
    return [{"what": what, "copies": count, "records": records[what]} for what, count in sorted(copies.items())]


def _examples(folder: Path) -> dict[str, str]:
    delivered = folder / "delivered"
    looks = {
        "package": "*/*/provisional.zip",
        "disc": "*/*/*.iso",
        "label": "*/*/*.label.pdf",
        "manifest": "*/*/*.manifest.pdf",
        "letter": "**/KAITO_*.pdf",
        "reply": "**/KAITO_*.utf8.csv",
    }
    found = {name: sorted(delivered.glob(pattern)) for name, pattern in looks.items()}
    return {name: str(paths[0]) for name, paths in found.items() if paths}


def shown(told: dict[str, Any]) -> Group:
    """The summary for people."""
    rows = [
        (
            one["cycle"],
            one["plan"],
            "網" if one["channel"] == "network" else "CD-R",
            kind_ja(one["kind"]),
            one["records"],
            one["rejected"],
            outcomes_ja(one["kind"], one["outcomes"]),
        )
        for one in told["requests"]
    ]
    columns = ("回 / cycle", "制度 / plan", "経路", "種別 / kind", "件数", "不備", "結果 / outcomes")
    balances = [
        (
            one["cycle"],
            kind_ja(one["kind"]),
            one["inquiries"],
            "一致 / balanced" if one["balanced"] else "不一致 / NOT balanced",
        )
        for one in told["balances"]
    ]
    destroyed = [(one["what"], one["copies"], one["records"]) for one in told["destroyed"]]
    return Group(
        "",
        table("回答 / replies", columns, rows),
        *(f"返戻 / returned: {one['plan_number']} {one['why']}" for one in told["returned"]),
        f"要確認 / reviews decided: {told['reviews']:,}",
        f"死亡 / new deaths confirmed: {told['deaths']:,}",
        f"想定外の結果 / outcomes other than expected: {told['unexpected']:,}",
        "",
        table("収支 / balance", ("回 / cycle", "種別 / kind", "照会 / inquiries", "照合 / balance"), balances),
        "",
        table("廃棄 / destroyed", ("対象 / what", "個数 / copies", "記録数 / records"), destroyed),
        "",
        _last_words(told),
    )


def _last_words(told: dict[str, Any]) -> Table:
    log = told["log"]
    words = Table.grid(padding=(0, 2))
    words.add_row(
        "監査記録 / log",
        f"{'検証済み / verified' if log['ok'] else 'NOT verified'}: {log['records']:,} ({log['root'][:16]}…)",
    )
    for name, path in told["files"].items():
        words.add_row(name, path)
    words.add_row("所要 / took", f"{told['seconds']} s")
    if told["address"]:
        words.add_row("画面 / page", told["address"])
    return words
