"""What may stand in a record as its action: the vocabulary, and every act of the matrix (for refusals)."""

from shared.auth.acts import act_rules
from shared.trail.vocabulary import actions


def known_action(name: str) -> bool:
    """Whether `name` is in the closed vocabulary or is an act of the matrix."""
    return name in actions() or name in act_rules()
