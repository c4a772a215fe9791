"""Which pages a person is offered. What they may do there, the services decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the navigation; `act` is the row of the access matrix that it needs, `key` its key."""

    path: str
    ja: str
    en: str
    key: str
    act: str = ""


ENTRIES: Final = (
    Entry("/home", "ホーム", "home", "h"),
    Entry("/reviews", "要確認", "reviews", "v", "matcher.review.list"),
    Entry("/deaths", "死亡の確認", "deaths", "d", "matcher.death_case.list"),
    Entry("/quality", "データ品質", "data quality", "q", "matcher.quality.read"),
    Entry("/rules", "判定表", "decision tables", "u", "matcher.rules.list"),
    Entry("/records", "アクセス記録", "access records", "r", "audit.record.search"),
    Entry("/cases", "不審なアクセス", "odd accesses", "c", "audit.case.view"),
    Entry("/disclosures", "本人開示", "disclosure", "i", "audit.disclosure.make"),
    Entry("/checksheets", "チェックシート", "checksheets", "k", "audit.checksheet.view"),
    Entry("/destructions", "廃棄台帳", "destruction", "t", "audit.destruction.view"),
    Entry("/findings", "指摘・改善", "findings", "f", "audit.finding.view"),
    Entry("/regulations", "規程", "regulations", "g", "audit.regulation.view"),
    Entry("/reports", "アクセス分析", "analysis", "p", "audit.report.view"),
    Entry("/passkeys", "パスキー", "passkeys", "y", "authority.passkey.list"),
    Entry("/incidents", "漏えい等事案", "incidents", "n", "audit.incident.open"),
    Entry("/provisions", "提供記録簿", "provisions", "b", "audit.provision.view"),
    Entry("/log", "記録の保全", "the log", "o", "audit.witness.view"),
    Entry("/rooms", "入退室", "security room", "m", "audit.room.view"),
)


@dataclass(frozen=True, slots=True)
class Wait:
    """A kind of work that waits: which list tells how much, and the page where it is done."""

    path: str
    ja: str
    en: str
    act: str
    asks: str
    query: tuple[tuple[str, str], ...] = ()


WAITS: Final = (
    Wait(
        "/log",
        "説明を待つ記録の警報",
        "alarms of the log that wait",
        "audit.alarm.explain",
        "/audit/v1/alarms",
        (("state", "open"),),
    ),
    Wait(
        "/cases",
        "判断を待つ不審なアクセスの案件",
        "cases of odd accesses that wait",
        "audit.case.judge",
        "/audit/v1/cases",
        (("state", "waiting"),),
    ),
    Wait(
        "/destructions?state=overdue",
        "期限を過ぎて廃棄されていない複製",
        "copies not destroyed in time",
        "audit.destruction.view",
        "/audit/v1/destructions",
        (("state", "overdue"),),
    ),
    Wait(
        "/reviews",
        "あなたの担当の要確認",
        "reviews assigned to you",
        "matcher.review.take",
        "/matcher/v1/reviews",
        (("assigned_to", "me"),),
    ),
    Wait(
        "/reviews?state=open",
        "判断を待つ要確認",
        "reviews that wait for a first verdict",
        "matcher.review.list",
        "/matcher/v1/reviews",
        (("state", "open"),),
    ),
    Wait(
        "/deaths",
        "死亡と回答した後に生存が判明した案件",
        "people told dead who live",
        "matcher.death_case.list",
        "/matcher/v1/death-cases",
        (("state", "open"),),
    ),
    Wait(
        "/incidents",
        "期限が近い・過ぎた、または評価前の漏えい等事案",
        "incidents with a clock that warns, or not assessed",
        "audit.incident.work",
        "/audit/v1/incidents",
        (("state", "pressing"),),
    ),
    Wait(
        "/incidents",
        "終結していない漏えい等事案",
        "incidents that are not closed",
        "audit.incident.work",
        "/audit/v1/incidents",
        (("state", "open"),),
    ),
    Wait(
        "/checksheets",
        "回答を待つチェックシート",
        "checksheets that wait for answers",
        "audit.checksheet.answer",
        "/audit/v1/checksheets",
        (("state", "due"),),
    ),
    Wait(
        "/checksheets",
        "室長の署名を待つチェックシート",
        "checksheets that wait for the head of the room",
        "audit.checksheet.sign_head",
        "/audit/v1/checksheets",
        (("state", "signed_by_clerk"),),
    ),
    Wait(
        "/checksheets",
        "監査室の署名を待つチェックシート",
        "checksheets that wait for the audit office",
        "audit.checksheet.sign_audit",
        "/audit/v1/checksheets",
        (("state", "signed_by_head"),),
    ),
    Wait(
        "/findings",
        "期限を過ぎた改善の処置",
        "overdue actions on findings",
        "audit.finding.view",
        "/audit/v1/findings",
        (("overdue", "true"),),
    ),
    Wait(
        "/regulations",
        "まだ読んでいない規程",
        "regulations that you have not read",
        "audit.regulation.read",
        "/audit/v1/regulations",
        (("unread", "true"),),
    ),
    Wait(
        "/regulations",
        "期限までに規程を読んでいない人",
        "people who have not read a regulation in time",
        "audit.regulation.remind",
        "/audit/v1/regulations/unread",
        (("overdue", "true"),),
    ),
)


def offered(team: str, teams_of: Mapping[str, frozenset[str]]) -> Sequence[Entry]:
    """The pages for a team, in order; `teams_of` is the access matrix: act -> teams."""
    return [entry for entry in ENTRIES if not entry.act or team in teams_of.get(entry.act, frozenset())]
