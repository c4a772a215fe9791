"""Why an event could not be handled, as it may be stored and shown: a class, places in our code, the release."""

import hashlib
import traceback
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

LENGTH: Final = 200
FRAMES: Final = 4
_OURS: Final = Path(__file__).parents[2]
_LIBRARIES: Final = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What events that failed alike have in common. `place` is the error's class and the first place in our code."""

    type: str
    place: str
    release: str

    @property
    def id(self) -> str:
        """A short name of the group."""
        text = "\n".join((self.type, self.place, self.release))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def noted_cause(error: BaseException) -> str:
    """An error as class, places in our code, the innermost first, and release; never its text."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and not _is_ours(frames[-1].filename):
        frames.pop()
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-FRAMES:]))
    tail = f" @{release()}" if release() else ""
    return f"{type(error).__name__} at {places}"[: LENGTH - len(tail)] + tail


def fingerprint(event_type: str, cause: str) -> Fingerprint:
    """The group of a stored cause; one without a release belongs to a group without one."""
    places, _, told = cause.partition(" @")
    return Fingerprint(event_type, places.partition(" < ")[0], told)


@cache
def release() -> str:
    """The release that runs; empty where the code was not installed as a package."""
    try:
        return metadata.version("shokai")
    except metadata.PackageNotFoundError:
        return ""


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(_OURS) and not _LIBRARIES & set(path.parts)
