"""What an installation may set for intake; prefix SHOKAI_INTAKE_."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class IntakeSettings(BaseSettings):
    """Limits and periods, with the defaults of the source document where it names them."""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_INTAKE_")

    max_file_bytes: int = 512 * 1024 * 1024
    """Largest request file."""
    max_records: int = 1_000_000
    """Most records in a request file."""
    max_image_bytes: int = 9_000_000_000
    """Largest image of a received medium."""
    registration_days: int = 14
    """Days after which a registration whose file never came expires."""
    request_data_months: int = 3
    """Calendar months for which a request's data are kept after its reply."""
    orphan_hours: int = 48
    """Age from which a blob that no row names is destroyed."""
    transfer_hour: int = 18
    """Hour of the business day (Japan time) at which the daily transfer runs."""
    scanner: str = ""
    """Malware scanner (clamd): host:port, or the path of its socket; empty: none."""
    scanning_required: bool = False
    """Refuse files while the scanner does not answer."""
