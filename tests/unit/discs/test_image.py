"""Disc images: whole through every file system, written front to back, refused where a reader of discs would fail."""

import io
import shutil
import subprocess
import tracemalloc
from pathlib import Path

import pycdlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.discs.forward import ExactReader, ForwardOnly
from shared.discs.image import SECTOR, DiscFile, image_size, write_image

NAMES = st.from_regex(r"[A-Za-z0-9_]{1,20}\.[a-z]{1,3}", fullmatch=True)
FILES = st.dictionaries(NAMES, st.binary(max_size=5000), min_size=1, max_size=6).filter(
    lambda files: len({name.upper() for name in files}) == len(files)
)


def image_of(files: dict[str, bytes], label: str = "K2606A_0001_1") -> bytes:
    out = io.BytesIO()
    write_image(out, [DiscFile.of_bytes(name, data) for name, data in files.items()], label=label)
    return out.getvalue()


@settings(max_examples=40, deadline=None)
@given(FILES)
def test_every_file_system_shows_every_byte(files: dict[str, bytes]) -> None:
    image = image_of(files)
    assert len(image) % SECTOR == 0
    assert len(image) == image_size([DiscFile.of_bytes(name, data) for name, data in files.items()])
    iso = pycdlib.PyCdlib()
    iso.open_fp(io.BytesIO(image))
    for name, data in files.items():
        for path in ({"joliet_path": f"/{name}"}, {"udf_path": f"/{name}"}, {"iso_path": f"/{name.upper()};1"}):
            out = io.BytesIO()
            iso.get_file_from_iso_fp(out, **path)
            assert out.getvalue() == data
    iso.close()


@pytest.mark.parametrize(
    ("names", "label"),
    [
        ([], "OK"),
        (["A.TXT", "a.txt"], "OK"),
        (["../A.TXT"], "OK"),
        (["回答.csv"], "OK"),
        (["NOEXTENSION"], "OK"),
        ([f"{'A' * 28}.TXT"], "OK"),
        (["A.TXT"], "lower"),
        (["A.TXT"], "A" * 17),
        (["A.TXT"], "年金"),
    ],
)
def test_what_some_reader_could_not_show_is_refused(names: list[str], label: str) -> None:
    with pytest.raises(ValueError, match=r"disc|file"):
        write_image(io.BytesIO(), [DiscFile.of_bytes(name, b"") for name in names], label=label)


def test_a_source_that_ends_early_is_an_error_not_a_short_disc() -> None:
    lying = DiscFile("A.TXT", 5000, lambda: io.BytesIO(b"short"))
    with pytest.raises(OSError, match="shorter"):
        write_image(io.BytesIO(), [lying], label="A")


def test_another_implementation_lists_the_same_files(tmp_path: Path) -> None:
    image = tmp_path / "disc.iso"
    image.write_bytes(image_of({"README.txt": b"read me", "KAITO_001.zip": bytes(70_000)}))
    sevenzip = shutil.which("7z")
    assert sevenzip is not None
    listed = subprocess.run(
        [sevenzip, "l", "-ba", "-slt", str(image)], check=True, capture_output=True, text=True
    ).stdout
    assert "Path = KAITO_001.zip\n" in listed
    assert "Path = README.txt\n" in listed


def test_memory_does_not_grow_with_the_disc() -> None:
    class Nowhere:
        def write(self, data: bytes, /) -> int:
            return len(data)

    class Zeros(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object, /) -> int:
            return len(memoryview(buffer))  # type: ignore[arg-type]

    tracemalloc.start()
    write_image(Nowhere(), [DiscFile("KAITO_001.zip", 200_000_000, Zeros)], label="A")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


@given(st.lists(st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=9)), max_size=30))
def test_held_pieces_land_where_they_were_written(pieces: list[tuple[int, bytes]]) -> None:
    seekable, sink = io.BytesIO(), io.BytesIO()
    forward = ForwardOnly(sink, streamed=range(0))
    taken: set[int] = set()
    for position, piece in pieces:
        if taken.isdisjoint(range(position, position + len(piece))):
            taken.update(range(position, position + len(piece)))
            for file in (seekable, forward):
                file.seek(position)
                file.write(piece)
    forward.finish()
    assert sink.getvalue() == seekable.getvalue()


def test_a_stream_cannot_be_written_backwards() -> None:
    forward = ForwardOnly(io.BytesIO(), streamed=range(10, 100))
    forward.seek(20)
    forward.write(b"data")
    forward.seek(10)
    with pytest.raises(OSError, match="backwards"):
        forward.write(b"data")


def test_an_exact_reader_starts_anew_but_never_in_the_middle() -> None:
    reader = ExactReader(lambda: io.BytesIO(b"abcdef"), 6)
    assert reader.read(4) == b"abcd"
    assert reader.tell() == 4
    with pytest.raises(io.UnsupportedOperation):
        reader.seek(2)
    reader.seek(0)
    assert reader.read() == b"abcdef"
    assert reader.read(1) == b""
    reader.close()
