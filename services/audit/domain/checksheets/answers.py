"""What evidence says to a question, and whether a person's answer goes against it."""

from collections.abc import Iterable

from services.audit.domain.checksheets.evidence import Evidence, Says
from services.audit.domain.checksheets.items import Item


def suggested(item: Item, evidence: Iterable[Evidence]) -> Says:
    """The answer that the evidence gives. One finding that needs action outweighs all that are in order.

    Empty where nothing speaks to the question: the system does not know, and the person answers.
    """
    said = {one.says for one in evidence if item.number in one.items} - {""}
    if item.bad in said:
        return item.bad
    return next(iter(said), "")


def against(answer: str, suggestion: Says) -> bool:
    """Whether an answer contradicts what the evidence says."""
    return suggestion != "" and answer != suggestion
