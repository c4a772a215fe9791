"""What an installation may set for intake; prefix SHOKAI_INTAKE_."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class IntakeSettings(BaseSettings):
    """Limits and periods, with the defaults of the source document where it names them."""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_INTAKE_")

    max_file_bytes: int = 512 * 1024 * 1024
    max_records: int = 1_000_000
    max_image_bytes: int = 9_000_000_000
    registration_days: int = 14
    request_data_months: int = 3
    transfer_hour: int = 18
    scanner: str = ""
    scanning_required: bool = False
