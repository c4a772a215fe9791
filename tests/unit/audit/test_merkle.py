"""The tree, the tiles and the proofs: known vectors, and a naive reading of RFC 6962 as reference."""

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.merkle import EMPTY_ROOT, Tree, grown, leaf_hash, node_hash
from services.audit.domain.proofs import (
    consistency_proof,
    inclusion_proof,
    proves_consistency,
    proves_inclusion,
)
from services.audit.domain.tiles import (
    ENTRIES,
    Tile,
    bundle,
    entries_of,
    hashes_of,
    narrowed,
    tile_at,
    tile_of,
    tiles_between,
)
from shared.refusals import Refusal

# The leaves and roots that certificate-transparency implementations test with (RFC 6962).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {  # (index, size): path
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): INCLUSION[1, 5][1:],
}


def split(width: int) -> int:
    power = 1
    while power * 2 < width:
        power *= 2
    return power


def naive_root(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return leaf_hash(entries[0])
    middle = split(len(entries))
    return node_hash(naive_root(entries[:middle]), naive_root(entries[middle:]))


def naive_path(index: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    middle = split(len(entries))
    if index < middle:
        return [*naive_path(index, entries[:middle]), naive_root(entries[middle:])]
    return [*naive_path(index - middle, entries[middle:]), naive_root(entries[:middle])]


def naive_subproof(old: int, entries: list[bytes], whole: bool) -> list[bytes]:
    if old == len(entries):
        return [] if whole else [naive_root(entries)]
    middle = split(len(entries))
    if old <= middle:
        return [*naive_subproof(old, entries[:middle], whole), naive_root(entries[middle:])]
    return [*naive_subproof(old - middle, entries[middle:], False), naive_root(entries[:middle])]


def numbered(size: int) -> list[bytes]:
    return [b"record %d" % number for number in range(size)]


def naive_reader(entries: list[bytes]) -> Callable[[Tile], bytes]:
    """Tiles straight from their definition in C2SP tlog-tiles."""

    def read(tile: Tile) -> bytes:
        if tile.level == ENTRIES:
            return bundle(entries[tile.start : tile.start + tile.width])
        span = 256**tile.level
        starts = [(tile.start + number) * span for number in range(tile.width)]
        assert starts[-1] + span <= len(entries)
        return b"".join(naive_root(entries[start : start + span]) for start in starts)

    return read


def test_the_roots_of_the_known_trees_come_out() -> None:
    assert Tree().root == EMPTY_ROOT
    for size, root in enumerate(ROOTS, 1):
        assert grown(Tree(), map(leaf_hash, LEAVES[:size]))[0].root.hex() == root


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_known_inclusion_proofs_come_out_and_hold(index: int, size: int) -> None:
    proof = inclusion_proof(naive_reader(LEAVES[:size]), index, size)
    assert [node.hex() for node in proof] == INCLUSION[index, size]
    assert proves_inclusion(index, size, leaf_hash(LEAVES[index]), proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_known_consistency_proofs_come_out_and_hold(old: int, new: int) -> None:
    proof = consistency_proof(naive_reader(LEAVES[:new]), old, new)
    assert [node.hex() for node in proof] == CONSISTENCY[old, new]
    assert proves_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), proof)


@given(st.integers(0, 700), st.integers(0, 700))
def test_growing_in_two_steps_is_growing_at_once(first: int, second: int) -> None:
    leaves = [leaf_hash(entry) for entry in numbered(first + second)]
    half, early = grown(Tree(), leaves[:first])
    restored = Tree.unpacked(half.size, half.packed())
    whole, late = grown(restored, leaves[first:])
    assert (whole, [*early, *late]) == grown(Tree(), leaves)
    assert whole.root == naive_root(numbered(first + second))
    assert [hash_.hash for hash_ in [*early, *late]] == [
        naive_root(numbered(first + second)[start : start + 256]) for start in range(0, whole.size // 256 * 256, 256)
    ]


@given(st.data())
def test_inclusion_proofs_equal_the_reference_and_bind_leaf_index_size_and_root(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    entries = numbered(size)
    root = naive_root(entries)
    proof = inclusion_proof(naive_reader(entries), index, size)
    assert proof == naive_path(index, entries)
    assert proves_inclusion(index, size, leaf_hash(entries[index]), proof, root)
    assert not proves_inclusion(index, size, leaf_hash(b"other"), proof, root)
    assert not proves_inclusion(index, size, leaf_hash(entries[index]), proof, EMPTY_ROOT)
    assert not proves_inclusion(index, size, leaf_hash(entries[index]), [*proof, root], root)
    assert not proves_inclusion(size, size, leaf_hash(entries[index]), proof, root)
    for other in {index ^ 1, index + 1, index - 1} - {index}:
        assert not proves_inclusion(other, size, leaf_hash(entries[index]), proof, root)
    for at in range(len(proof)):
        assert not proves_inclusion(index, size, leaf_hash(entries[index]), proof[:at] + proof[at + 1 :], root)


@given(st.data())
def test_consistency_proofs_equal_the_reference_and_bind_both_trees(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 600))
    old = data.draw(st.integers(1, new))
    entries = numbered(new)
    old_root, new_root = naive_root(entries[:old]), naive_root(entries)
    proof = consistency_proof(naive_reader(entries), old, new)
    assert proof == naive_subproof(old, entries, True)
    assert proves_consistency(old, new, old_root, new_root, proof)
    assert not proves_consistency(old, new, leaf_hash(b"other"), new_root, proof)
    assert not proves_consistency(old, new, old_root, leaf_hash(b"other"), proof)
    assert not proves_consistency(old, new, old_root, new_root, [*proof, new_root])
    if proof:
        assert not proves_consistency(old, new, old_root, new_root, proof[:-1])
        assert not proves_consistency(old, new, old_root, new_root, proof[1:])


def test_the_empty_tree_is_consistent_with_every_tree() -> None:
    root = naive_root(numbered(3))
    assert consistency_proof(naive_reader(numbered(3)), 0, 3) == []
    assert proves_consistency(0, 3, EMPTY_ROOT, root, [])
    assert not proves_consistency(3, 0, root, EMPTY_ROOT, [])
    assert not proves_consistency(2, 3, root, root, [])


def test_nothing_beyond_the_tree_can_be_proved() -> None:
    with pytest.raises(Refusal, match="index-outside"):
        inclusion_proof(naive_reader([]), 0, 0)
    with pytest.raises(Refusal, match="sizes-outside"):
        consistency_proof(naive_reader(numbered(2)), 3, 2)


def test_a_proof_across_two_levels_of_tiles_holds() -> None:
    size = 70_000
    leaves = [hashlib.sha256(b"%d" % number).digest() for number in range(size)]
    levels = {0: leaves}
    tree, complete = grown(Tree(), leaves)
    for level in (1, 2):
        levels[level] = [found.hash for found in complete if found.level == level]

    def read(tile: Tile) -> bytes:
        return b"".join(levels[tile.level][tile.start : tile.start + tile.width])

    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        assert proves_inclusion(index, size, leaves[index], inclusion_proof(read, index, size), tree.root)
    for old in (1, 256, 300, 65_536, 65_537, 69_999):
        proof = consistency_proof(read, old, size)
        assert proves_consistency(old, size, grown(Tree(), leaves[:old])[0].root, tree.root, proof)


def test_a_tree_of_70_000_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list(tiles_between(0, 70_000))
    widths = {level: [tile.width for tile in tiles if tile.level == level] for level in range(ENTRIES, 4)}
    assert widths[0] == widths[ENTRIES] == [256] * 273 + [112]
    assert widths[1] == [256, 17]
    assert widths[2] == [1]
    assert widths[3] == []
    assert [tile for tile in tiles_between(0, 256) if tile.level == 1] == [Tile(1, 0, 1)]


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_two_steps_write_every_full_tile_that_one_step_writes(old: int, more: int) -> None:
    once = {tile for tile in tiles_between(0, old + more) if tile.width == 256}
    twice = {*tiles_between(0, old), *tiles_between(old, old + more)}
    assert once <= twice
    assert {tile_at(tile.level, tile.start, old + more) for tile in twice} == set(tiles_between(0, old + more))


def test_tile_names_are_those_of_the_specification() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(1, 0, 17).path == "tile/1/000.p/17"
    assert Tile(ENTRIES, 999, 1).path == "tile/entries/999.p/1"


@given(st.integers(ENTRIES, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_tile_is_read_back_from_its_name(level: int, index: int, width: int) -> None:
    assert tile_of(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize(
    "name",
    [
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/0/x000/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/../001",
        "tile/0/001/",
        "tile/data/001",
        "tile/0/001\n",
        "tile/0/\uff10\uff10\uff11",
    ],
)
def test_any_other_spelling_of_a_tile_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="tile-name"):
        tile_of(name)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries_and_a_cut_one_is_refused(entries: list[bytes]) -> None:
    data = bundle(entries)
    assert list(entries_of(data)) == entries
    if data:
        with pytest.raises(Refusal, match="bundle-cut"):
            list(entries_of(data[:-1] if entries[-1] else data + b"\x00"))


def test_a_partial_tile_is_the_beginning_of_the_full_one() -> None:
    read = naive_reader(numbered(256))
    assert narrowed(Tile(0, 0, 3), read(Tile(0, 0))) == read(Tile(0, 0, 3))
    assert narrowed(Tile(ENTRIES, 0, 3), read(Tile(ENTRIES, 0))) == read(Tile(ENTRIES, 0, 3))


def test_a_tile_with_half_a_hash_is_refused() -> None:
    with pytest.raises(Refusal, match="tile-cut"):
        hashes_of(b"x" * 33)


def test_peaks_that_do_not_fit_the_size_are_refused() -> None:
    with pytest.raises(ValueError, match="peaks"):
        Tree.unpacked(3, b"x" * 32)
