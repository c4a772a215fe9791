"""What callers send."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.usecases.change_request import ReplacementEntry
from services.intake.usecases.register_request import Registration
from shared.events.intake import Channel, Charset, Kind

PlanNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]*$")]
Cell = Annotated[str, StringConstraints(max_length=2000)]


class Body(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Form(Body):
    """The request form (照会依頼書)."""

    date: date
    contact: Text = Field(max_length=200)
    remarks: Text = Field(default="", max_length=1000)


class NewRequest(Body):
    """A request before its file."""

    plan_number: PlanNumber
    kind: Kind
    record_count: int = Field(ge=0, le=100_000_000)
    sha256: Sha256
    form: Form

    def registration(self) -> Registration:
        """As the use case takes it."""
        return Registration(
            plan_number=self.plan_number,
            kind=self.kind,
            record_count=self.record_count,
            sha256=self.sha256,
            form_date=self.form.date,
            form_contact=self.form.contact,
            form_remarks=self.form.remarks,
        )


class Replacement(Body):
    """A request in the place of another; plan and kind, where given, must be those of the other."""

    record_count: int = Field(ge=0, le=100_000_000)
    sha256: Sha256
    form: Form
    plan_number: PlanNumber | None = None
    kind: Kind | None = None

    def replacement(self) -> ReplacementEntry:
        """As the use case takes it."""
        return ReplacementEntry(
            record_count=self.record_count,
            sha256=self.sha256,
            form_date=self.form.date,
            form_contact=self.form.contact,
            form_remarks=self.form.remarks,
            plan_number=self.plan_number,
            kind=self.kind,
        )


class NewPlan(Body):
    """A plan under contract."""

    number: PlanNumber
    name: Text = Field(min_length=1, max_length=200)
    kind: Literal["EPF", "DB", "DC"]
    channel: Channel
    contract_from: date
    contract_to: date | None = None
    address: Text = Field(default="", max_length=300)


class ContractEnd(Body):
    """The last day of a contract; today where none is given."""

    ended_on: date | None = None


class Label(Body):
    """One medium of an envelope."""

    label: Text = Field(min_length=1, max_length=100)


class NewReception(Body):
    """An opened envelope."""

    plan_number: PlanNumber
    received_on: date
    form_enclosed: bool
    media: list[Label] = Field(min_length=1, max_length=50)


class Reason(Body):
    """Why."""

    reason: Text = Field(min_length=1, max_length=500)


class Precheck(Body):
    """Records to check before a file is made of them."""

    kind: Kind
    records: list[dict[str, Cell]] = Field(min_length=1, max_length=50)
    charset: Charset = "utf-8"
    plan_number: PlanNumber | None = None
