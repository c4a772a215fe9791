"""The system put together once, for the surfaces that others see."""

from tests.architecture.conftest import system

__all__ = ["system"]
