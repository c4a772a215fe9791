"""What may be set for the console as a process of its own."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConsoleSettings(BaseSettings):
    """Read from SHOKAI_CONSOLE_*."""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_CONSOLE_", frozen=True)

    key_file: Path | None = Field(None, description="The console's private key (Ed25519, PEM), which it signs in with")
    answer_seconds: float = Field(5.0, gt=0, le=60, description="How long a page waits for a service's answer")
