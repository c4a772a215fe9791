"""The numbers on labels and slips: short, in order, telling nothing about a plan or a person."""


def disc_number(cycle: str, position: int, volume: int) -> str:
    """A volume of the `position`-th set of discs of a cycle: `2606A-0007-1` for 2026-06-A."""
    year, month, half = cycle.split("-")
    return f"{year[2:]}{month}{half}-{position:04d}-{volume}"


def position_of(disc_number: str) -> int:
    """Which set of its cycle a disc belongs to."""
    return int(disc_number.split("-")[1])


def volume_label(disc_number: str) -> str:
    """The volume label (ISO 9660 d-characters) of a disc: `K2606A_0007_1`."""
    return "K" + disc_number.replace("-", "_")


def dispatch_number(year: int, month: int, position: int) -> str:
    """The `position`-th dispatch of a month: `D2606-0003`."""
    return f"D{year % 100:02d}{month:02d}-{position:04d}"


def file_stem(position: int) -> str:
    """The neutral name of the `position`-th reply on a medium, from 1."""
    return f"KAITO_{position:03d}"
