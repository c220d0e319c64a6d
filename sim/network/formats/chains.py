"""Merge chains of road pieces: nodes where nothing is decided go, their positions stay as geometry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Pieces(NamedTuple):
    """Straight pieces of roads between node numbers: ends, number of the attributes, length (m).

    Pieces of attributes that are one-way run from `a` to `b`.
    """

    a: Ints
    b: Ints
    kind: Ints
    metres: Floats


class Chains(NamedTuple):
    """Merged roads: ends, attributes, length (m), and the nodes between the ends.

    The inner nodes of road i, from start to end, are ``inner[offset[i]:offset[i + 1]]``.
    """

    start: Ints
    end: Ints
    kind: Ints
    metres: Floats
    offset: Ints
    inner: Ints


def strong_main(pieces: Pieces, oneway: Bools, nodes: int) -> Pieces:
    """Return the pieces whose ends both lie in the largest strongly connected part (of equal ones, the first)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    both = ~oneway[pieces.kind]
    tail = np.concatenate([pieces.a, pieces.b[both]])
    head = np.concatenate([pieces.b, pieces.a[both]])
    matrix = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    _, label = connected_components(matrix, directed=True, connection="strong")
    main = label == np.bincount(label).argmax()
    keep = main[pieces.a] & main[pieces.b]
    return Pieces(*(column[keep] for column in pieces))


def merge(pieces: Pieces, oneway: Bools, nodes: int) -> Chains:
    """Merge pieces at nodes that join exactly two of the same attributes (one-way: one in, one out).

    Parameters
    ----------
    pieces
        No piece begins and ends at the same node.
    oneway
        By number of the attributes.
    nodes
        Number of nodes.

    Returns
    -------
    Chains
        In the order of their first pieces. A ring without any other junction begins and ends at its first node.
    """
    touching = _touching(pieces, oneway, nodes)
    a, b = pieces.a.tolist(), pieces.b.tolist()
    one = oneway[pieces.kind].tolist()
    inner_node = (touching[:, 0] >= 0).tolist()
    pairs = touching.tolist()
    used = bytearray(len(a))
    found: list[tuple[int, int, list[int]]] = []  # first piece, first node, pieces of the chain

    def walk(piece: int, node: int) -> None:
        first, first_node, chain = piece, node, [piece]
        used[piece] = 1
        while True:
            node = b[piece] if a[piece] == node else a[piece]
            if not inner_node[node]:
                break
            left, right = pairs[node]
            piece = right if left == piece else left
            if used[piece]:
                break
            used[piece] = 1
            chain.append(piece)
        found.append((first, first_node, chain))

    for piece in range(len(a)):
        if not used[piece] and not inner_node[a[piece]]:
            walk(piece, a[piece])
        if not used[piece] and not one[piece] and not inner_node[b[piece]]:
            walk(piece, b[piece])
    for piece in range(len(a)):
        if not used[piece]:
            walk(piece, a[piece])
    return _lay_out(pieces, sorted(found))


def _touching(pieces: Pieces, oneway: Bools, nodes: int) -> Ints:
    """Return the two pieces that meet at each node where chains go on; -1 where they end."""
    count = len(pieces.a)
    node = np.concatenate([pieces.a, pieces.b])
    piece = np.tile(np.arange(count), 2)
    order = np.argsort(node, kind="stable")
    degree = np.bincount(node, minlength=nodes)
    first = np.cumsum(degree) - degree
    two = np.flatnonzero(degree == 2)
    left, right = piece[order[first[two]]], piece[order[first[two] + 1]]
    same = (pieces.kind[left] == pieces.kind[right]) & (left != right)
    through = (pieces.a[left] == two) != (pieces.a[right] == two)
    goes_on = same & (through | ~oneway[pieces.kind[left]])
    result = np.full((nodes, 2), -1, np.int64)
    result[two[goes_on], 0], result[two[goes_on], 1] = left[goes_on], right[goes_on]
    return result


def _lay_out(pieces: Pieces, found: list[tuple[int, int, list[int]]]) -> Chains:
    start, end, inner, offset = [], [], [], [0]
    a, b, metres = pieces.a.tolist(), pieces.b.tolist(), pieces.metres.tolist()
    length = []
    for _, first_node, chain in found:
        node = first_node
        for at, piece in enumerate(chain):
            if at:
                inner.append(node)
            node = b[piece] if a[piece] == node else a[piece]
        start.append(first_node)
        end.append(node)
        offset.append(len(inner))
        length.append(sum(metres[piece] for piece in chain))
    kinds = pieces.kind[[chain[0] for _, _, chain in found]] if found else np.zeros(0, np.int64)
    whole = [np.array(column, np.int64) for column in (start, end, offset, inner)]
    return Chains(whole[0], whole[1], kinds, np.array(length, np.float64), whole[2], whole[3])
