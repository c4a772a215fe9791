"""access-matrix.md and actions.md: who may do what, and what is recorded of it."""

from collections.abc import Iterable

from scripts.pages.markdown import code, codes, page, table
from services.audit.domain.disclosure.acts import told_acts
from shared.auth.acts import ActRule, act_rules
from shared.calendar.clock import JST, SystemClock
from shared.trail import actions
from shared.trail.activities import activities, activity_of


def matrix_page() -> str:
    """Every act with who may do it, where and on what condition."""
    parts = [
        f"## {service}\n\n"
        + table(
            ("act", "操作", "meaning", "who", "at", "place", "needs"),
            [
                (code(rule.act), rule.ja, rule.en, _who(rule), codes(sorted(rule.equipment)), rule.place, _needs(rule))
                for rule in rules
            ],
        )
        for service, rules in _by_service(act_rules().values()).items()
    ]
    intro = (
        "What has no row here is refused to everybody; what fails is told to the caller and recorded. Staff must\n"
        "also be on the duty roster, have signed the pledge and have been trained within twelve months.\n"
        "Data: `shared/auth/acts/`."
    )
    return page("Access matrix", intro, *parts)


def actions_page() -> str:
    """The closed vocabulary of access records, and the activities that they belong to."""
    rows = [
        (code(action.name), action.ja, action.en, "yes" if action.personal_data else "", *_served(action.name))
        for action in sorted(actions().values(), key=lambda action: action.name)
    ]
    intro = (
        "What may stand in an access record as its action; a record with another word cannot be written. A refused\n"
        "act is recorded under its name in the [access matrix](access-matrix.md). Data: `shared/trail/vocabulary/`."
    )
    heads = ("action", "記録", "meaning", "touches personal data", "activity", "told to the person")
    return page("Audited actions", intro, table(heads, rows), _activities())


def _served(action: str) -> tuple[str, str]:
    """The activity of today, where no purpose is stated, and what a disclosure calls the act."""
    activity = activity_of(action, "", SystemClock().now().astimezone(JST).date())
    told = told_acts().get(action)
    return code(activity.code) if activity else "", told.category if told else ""


def _activities() -> str:
    rows = [
        (
            code(row.version),
            row.ja,
            row.en,
            codes(row.purposes),
            "<br>".join(row.basis(my_number=True)),
            codes(row.categories),
            codes(row.recipients),
            row.kept,
        )
        for row in activities()
    ]
    heads = ("activity", "処理", "meaning", "purposes", "legal basis", "kinds of data", "to whom", "kept")
    told = "Dated rows: a record is read by the one of its day. Data: `shared/trail/activities/`."
    return f"## Processing activities\n\n{told}\n\n{table(heads, rows)}"


def _by_service(rules: Iterable[ActRule]) -> dict[str, list[ActRule]]:
    found: dict[str, list[ActRule]] = {}
    for rule in sorted(rules, key=lambda rule: rule.act):
        found.setdefault(rule.act.partition(".")[0], []).append(rule)
    return found


def _who(rule: ActRule) -> str:
    who = ["anybody"] if rule.open else []
    who += ["the plan's client"] if rule.clients else []
    who += sorted(rule.teams)
    who += [f"service {name}" if name != "*" else "any service" for name in sorted(rule.services)]
    return ", ".join(who)


def _needs(rule: ActRule) -> str:
    needs = []
    if rule.personal_data:
        needs.append("purpose and case")
    if rule.purposes:
        needs.append("purpose " + " or ".join(code(purpose) for purpose in sorted(rule.purposes)))
    if rule.two_people:
        needs.append("a second person's approval")
    return "; ".join(needs)
