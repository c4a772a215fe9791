"""Proofs of RFC 6962 section 2.1: that a record is in a tree, that a tree extends an earlier one; made and checked."""

from collections.abc import Callable, Sequence

from services.audit.domain.merkle import EMPTY_ROOT, TILE_HEIGHT, node_hash
from services.audit.domain.tiles import Tile, hashes_of, tile_at
from shared.refusals import Refusal

ReadTile = Callable[[Tile], bytes]


def inclusion_proof(read: ReadTile, index: int, size: int) -> list[bytes]:
    """The audit path PATH(index, D[size]), from the leaf up. Refusal `index-outside` beyond the tree."""
    if not 0 <= index < size:
        raise Refusal("index-outside", index=index, size=size)
    return _path(read, index, 0, size, size)


def consistency_proof(read: ReadTile, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]). Refusal `sizes-outside` unless 0 <= old <= new."""
    if not 0 <= old <= new:
        raise Refusal("sizes-outside", old=old, new=new)
    return [] if old in (0, new) else _subproof(read, old, 0, new, new, whole=True)


def proves_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows `leaf` at `index` in the tree with `root` (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def proves_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new` leaves extends that of `old` leaves (RFC 9162 section 2.1.4.2)."""
    if old == new or old == 0:
        return not proof and 0 <= old <= new and (old_root == new_root if old == new else old_root == EMPTY_ROOT)
    if not 0 < old < new or not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, node)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def range_hash(read: ReadTile, start: int, end: int, size: int) -> bytes:
    """MTH(D[start:end]) out of the tiles of a tree of `size`; `start` lies where the tree divides."""
    width = end - start
    if width & (width - 1) == 0:
        return _full_subtree(read, width.bit_length() - 1, start, size)
    middle = start + _split(width)
    return node_hash(range_hash(read, start, middle, size), range_hash(read, middle, end, size))


def _full_subtree(read: ReadTile, height: int, start: int, size: int) -> bytes:
    level, above = divmod(height, TILE_HEIGHT)
    position = start >> (level * TILE_HEIGHT)
    tile = tile_at(level, position, size)
    first = position - tile.start
    nodes = hashes_of(read(tile))[first : first + (1 << above)]
    while len(nodes) > 1:
        nodes = [node_hash(nodes[at], nodes[at + 1]) for at in range(0, len(nodes), 2)]
    return nodes[0]


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _path(read: ReadTile, index: int, start: int, end: int, size: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(read, index, start, middle, size), range_hash(read, middle, end, size)]
    return [*_path(read, index, middle, end, size), range_hash(read, start, middle, size)]


def _subproof(read: ReadTile, old: int, start: int, end: int, size: int, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [range_hash(read, start, end, size)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(read, old, start, middle, size, whole=whole), range_hash(read, middle, end, size)]
    return [*_subproof(read, old, middle, end, size, whole=False), range_hash(read, start, middle, size)]
