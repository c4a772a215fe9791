"""A folder with a registry and the request files of some plans about its people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shared.discs.image import DiscFile, write_image
from simulators.people.generate import generate
from simulators.people.members import draw_members
from simulators.people.registry import Registry
from simulators.people.requests import Envelope, Fault, RequestFile, provisional_records, write_request


@dataclass(frozen=True)
class Asking:
    """A plan that asks about some of its members."""

    number: str
    channel: str  # network | disc
    members: int
    charset: str = "cp932"


def asking_plans(plans: Sequence[dict[str, str]], members: int) -> list[Asking]:
    """Plans of a bootstrap file; every third one writes UTF-8."""
    return [
        Asking(plan["number"], plan.get("channel", "network"), members, "utf-8" if at % 3 == 2 else "cp932")
        for at, plan in enumerate(plans)
    ]


def make_folder(
    folder: Path,
    count: int,
    seed: int,
    plans: Sequence[Asking],
    on: date,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[Registry, list[RequestFile]]:
    """`folder/registry`, and below `folder/plans/<number>` a provisional request with its truth."""
    registry = generate(count, seed, folder / "registry", progress=progress)
    return registry, [provisional_request(registry, folder / "plans" / plan.number, plan, on) for plan in plans]


def provisional_request(
    registry: Registry, folder: Path, plan: Asking, on: date, *, media_serial: int = 1, fault: Fault | None = None
) -> RequestFile:
    """One plan's provisional request about as many members as it has, at most all people."""
    members = draw_members(registry, plan.number, min(plan.members, registry.count), on)
    envelope = Envelope(plan.number, "provisional", on, media_serial, plan.charset)
    written = write_request(folder, envelope, provisional_records(members, registry.seed), fault)
    if plan.channel == "disc":
        disc_image(written.path)
    return written


def disc_image(*files: Path) -> Path:
    """An image of a CD-R that holds these files, beside the first one."""
    place = files[0].with_suffix(".iso")
    with place.open("wb") as out:
        write_image(out, [DiscFile.of_bytes(path.name, path.read_bytes()) for path in files], label="SHOKAI")
    return place


def unreadable_image(image: Path) -> Path:
    """The same disc after a scratch through its descriptors and half of its sectors."""
    data = bytearray(image.read_bytes())
    data[16 * 2048 : 19 * 2048] = b"\x00" * (3 * 2048)
    place = image.with_name(image.stem + "_scratched.iso")
    place.write_bytes(bytes(data[: max(len(data) // 2, 20 * 2048)]))
    return place
