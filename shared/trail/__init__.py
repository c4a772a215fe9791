"""How a service records an access, in the same transaction as the access itself."""

from shared.trail.access import Access, Actor
from shared.trail.record import canonical, chained
from shared.trail.vocabulary import Action, actions

__all__ = ["Access", "Action", "Actor", "actions", "canonical", "chained"]
