"""What may lie in one envelope: discs of one plan and one kind group, each ready to go and in no other envelope."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.refusals import Refusal


@dataclass(frozen=True)
class LabelScan:
    """What the label of a disc says about it."""

    disc_id: str
    plan_number: str
    group: str
    in_dispatch: bool


def check_envelope(labels: Sequence[LabelScan], *, plan_number: str = "", seal_number: str = "") -> None:
    """Refusal `wrong-envelope` naming the disc that does not belong; `plan_number` is what the envelope itself says.

    The first label fixes the recipient where the envelope was not scanned. A my_number envelope needs its seal.
    """
    recipient = plan_number or labels[0].plan_number
    for label in labels:
        if label.plan_number != recipient or label.group != labels[0].group:
            raise Refusal("wrong-envelope", disc_id=label.disc_id)
        if label.in_dispatch:
            raise Refusal("already-dispatched", disc_id=label.disc_id)
    if labels[0].group == "my_number" and not seal_number:
        raise Refusal("seal-required")
