"""What may be set for authority. Every default follows the access rules of the association."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AuthoritySettings(BaseSettings):
    """Read from SHOKAI_AUTHORITY_*."""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_AUTHORITY_", frozen=True)

    token_seconds: int = Field(600, ge=30, le=600, description="Life of an access token")
    session_hours: int = Field(12, ge=1, le=24, description="A session cannot be renewed beyond this")
    assertion_seconds: int = Field(300, ge=30, le=600, description="Longest life of a client's signed assertion")
    token_urls: tuple[str, ...] = Field(
        (), description="Addresses of the token endpoint that clients may name in assertions"
    )
    service_keys_dir: Path | None = Field(
        None,
        description="Folder with the public keys of machines of our own, `<name>.pem` (Ed25519); none: there are none",
    )
    passkey_host: str = Field(
        "localhost", min_length=1, description="Host name of the staff pages, which passkeys are bound to; no address"
    )
    passkey_origins: tuple[str, ...] = Field(
        (), description="Origins of the staff pages; none: that host over TLS, and any port of `localhost`"
    )
