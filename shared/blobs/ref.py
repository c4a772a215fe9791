"""The claim check: how events and rows name a blob without holding what is in it."""

from pydantic import BaseModel, ConfigDict


class BlobRef(BaseModel):
    """Names one encrypted blob. `size` (bytes) and `sha256` (hex) are those of the plain content."""

    model_config = ConfigDict(frozen=True)

    id: str
    size: int
    sha256: str
    purpose: str
    records: int = 0
