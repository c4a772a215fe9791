"""What is entered in the registers, as it comes from a bootstrap file, the command line or an administrator."""

from datetime import date
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from services.authority.rules import table
from shared.auth.certificates import thumbprint_of_pem

Id = Annotated[str, Field(pattern=r"^[\w.@:+-]{1,80}$")]
Team = Literal["clerk", "operator", "supervisor", "auditor", "ops", "admin"]
EquipmentClass = Literal["office_pc", "media_station", "transfer_terminal", "registry_server", "jlis_terminal"]
Place = Literal["office", "security_room"]
DoorUser = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{0,40}$")]
SHORTEST_RSA = 3072
Secret = Annotated[SecretStr, Field(min_length=1, max_length=400)]


class Entry(BaseModel):
    """Strict: a word that is not known is a mistake in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StaffEntry(Entry):
    """A person on the duty roster."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    team: Team
    password: Secret
    roster_from: date
    roster_to: date | None = None
    pledged_on: date | None = None
    trained_on: date | None = None
    door_user: Annotated[DoorUser, Field(description="The person's number in the door system")] = ""
    totp_secret: Annotated[SecretStr | None, Field(description="Base32, as authenticator apps take it")] = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "StaffEntry":
        if self.roster_to is not None and self.roster_to < self.roster_from:
            raise ValueError("roster_to is before roster_from")
        return self


class EquipmentEntry(Entry):
    """A piece of equipment at its place."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    id: Id
    equipment_class: EquipmentClass = Field(alias="class")
    place: Place
    secret: Secret

    @model_validator(mode="after")
    def _stands_where_its_class_may(self) -> "EquipmentEntry":
        places: dict[str, Any] = {row["class"]: row["places"] for row in table("equipment")}
        if self.place not in places[self.equipment_class]:
            raise ValueError("this class of equipment may not stand there")
        return self


class ClientEntry(Entry):
    """An API client; it proves itself by a key pair or a certificate (mutual TLS), in demo mode also by a secret."""

    id: Id
    plans: Annotated[list[Annotated[str, Field(pattern=r"^(\*|[0-9A-Za-z-]{1,20})$")]], Field(min_length=1)]
    secret: Secret | None = None
    public_key: Annotated[str | None, Field(max_length=2000, description="PEM: Ed25519, P-256 or RSA")] = None
    certificate: Annotated[str | None, Field(max_length=8000, description="PEM, shown in mutual TLS")] = None

    @field_validator("public_key")
    @classmethod
    def _is_a_key_that_we_verify(cls, pem: str | None) -> str | None:
        if pem is None:
            return None
        try:
            key = load_pem_public_key(pem.encode())
        except Exception as wrong:
            raise ValueError("not a public key in PEM") from wrong
        p256 = isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
        long_rsa = isinstance(key, RSAPublicKey) and key.key_size >= SHORTEST_RSA
        if not p256 and not long_rsa and not isinstance(key, Ed25519PublicKey):
            raise ValueError("neither Ed25519 nor P-256 nor RSA of 3072 bits")
        return pem

    @field_validator("certificate")
    @classmethod
    def _is_a_certificate(cls, pem: str | None) -> str | None:
        if pem is not None:
            thumbprint_of_pem(pem)
        return pem
