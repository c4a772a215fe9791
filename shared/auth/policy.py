"""Whether a principal may do an act: pure, so that each route times each role can be tested as a table."""

from datetime import date

from shared.auth.acts import ActRule
from shared.auth.principals import Principal


def refusal_of(
    rule: ActRule, principal: Principal, *, today: date, purpose: str, case: str, approval: str
) -> str | None:
    """The code of the first condition that fails, or None where the act is allowed."""
    match principal.kind:
        case "client":
            return None if rule.clients else "not-for-clients"
        case "service":
            return None if principal.id in rule.services or "*" in rule.services else "not-for-services"
        case "staff":
            return _staff_refusal(rule, principal, today) or _statement_refusal(rule, purpose, case, approval)
    return "token-missing"


def _staff_refusal(rule: ActRule, principal: Principal, today: date) -> str | None:
    if principal.team not in rule.teams:
        return "team-not-allowed"
    if principal.roster_until is not None and today > principal.roster_until:
        return "not-on-roster"
    if principal.trained_until is not None and today > principal.trained_until:
        return "training-expired"
    if rule.equipment and principal.equipment_class not in rule.equipment:
        return "equipment-not-allowed"
    if rule.place and principal.place != rule.place:
        return "place-not-allowed"
    return None


def _statement_refusal(rule: ActRule, purpose: str, case: str, approval: str) -> str | None:
    if rule.personal_data and not (purpose and case):
        return "purpose-required"
    if rule.purposes and purpose and purpose not in rule.purposes:
        return "purpose-not-allowed"
    if rule.two_people and not approval:
        return "approval-required"
    return None
