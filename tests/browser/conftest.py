"""Pages in a real browser."""

from tests.parts.chromium import browser

__all__ = ["browser"]
