"""access-matrix.md and actions.md: who may do what, and what is recorded of it."""

from collections.abc import Iterable

from scripts.pages.markdown import code, codes, page, table
from shared.auth.acts import ActRule, act_rules
from shared.trail import actions


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
    """The closed vocabulary of access records."""
    rows = [
        (code(action.name), action.ja, action.en, "yes" if action.personal_data else "")
        for action in sorted(actions().values(), key=lambda action: action.name)
    ]
    intro = (
        "What may stand in an access record as its action; a record with another word cannot be written. A refused\n"
        "act is recorded under its name in the [access matrix](access-matrix.md). Data: `shared/trail/vocabulary/`."
    )
    return page("Audited actions", intro, table(("action", "記録", "meaning", "touches personal data"), rows))


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
