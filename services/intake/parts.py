"""What every use case of intake stands on."""

from dataclasses import dataclass

from services.intake.settings import IntakeSettings
from shared.hosting import Parts


@dataclass(frozen=True, kw_only=True)
class IntakeParts(Parts):
    """The stores, the clock and the settings of intake."""

    settings: IntakeSettings
    association: str = ""
