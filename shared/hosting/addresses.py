"""Where the services are, for those who call them from outside: the console, and commands on the admin side."""

from typing import Final

from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES: Final = ("authority", "intake", "matcher", "media", "audit")


class Addresses(BaseSettings):
    """Environment: SHOKAI_…"""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_", frozen=True)

    authority_url: str = ""
    """Where authority is, e.g. `http://authority:8000`; its paths begin with `/authority/v1`."""
    intake_url: str = ""
    """Where intake is."""
    matcher_url: str = ""
    """Where the matcher is."""
    media_url: str = ""
    """Where the media service is."""
    audit_url: str = ""
    """Where the audit service is."""

    def of(self, service: str) -> str:
        """A service's address without a slash at its end; empty where none was given."""
        return str(getattr(self, f"{service}_url")).rstrip("/")

    @property
    def missing(self) -> list[str]:
        """The services without an address."""
        return [service for service in SERVICES if not self.of(service)]
