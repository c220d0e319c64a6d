"""Load a network, whatever form it comes in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Finding, InputError, Mark, Words, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.network.graph import RoadGraph
    from sim.network.matrix import TravelMatrix
    from sim.network.places import PlaceTable


@dataclass(frozen=True, eq=False)
class Network:
    """What a folder or file of a network holds: roads or a matrix, and places.

    Parameters
    ----------
    name
        As shown in reports.
    graph, matrix
        The roads, or the travel times between places; the other is None.
    places
        Named places.
    notices
        Licences and limits that reports must repeat.
    projected
        Coordinates are metres, not degrees.
    source
        The folder or file.
    content_hash
        SHA-256 (hex) of roads or matrix, and places; made here.
    """

    name: str
    graph: RoadGraph | None
    matrix: TravelMatrix | None
    places: PlaceTable
    notices: tuple[str, ...] = ()
    projected: bool = False
    source: str = ""
    content_hash: str = field(init=False)

    def __post_init__(self) -> None:
        """Make the hash."""
        digest = hashlib.sha256(f"projected={self.projected}".encode())
        for part in (self.graph, self.matrix):
            digest.update(b"|" + (b"" if part is None else part.content_hash.encode()))
        for place in self.places:
            digest.update(repr(place).encode())
        object.__setattr__(self, "content_hash", digest.hexdigest())


def load_network(path: Path) -> Network:
    """Load a network.

    Parameters
    ----------
    path
        A folder (``nodes.csv``, ``roads.csv``, ``places.csv``, ``network.yaml``; or ``matrix.csv``), an OpenStreetMap
        file (``.osm.pbf``, ``.osm``), a GraphML file as osmnx writes it, or a CSV of minutes between places.

    Returns
    -------
    Network
        Checked, with arrays that cannot be written.

    Raises
    ------
    InputError
        With every finding; each has its file and, where there is one, its line.
    """
    path = Path(path)
    if not path.exists():
        raise InputError([_missing(path)])
    reader = _reader(path)
    if reader is None:
        raise InputError([_unknown_form(path)])
    return reader(path)


def _reader(path: Path) -> Callable[[Path], Network] | None:
    """Return the reader for what is there; each is imported only when it is used."""
    name = path.name.lower()
    if path.is_dir():
        if (path / "matrix.csv").exists() and not (path / "roads.csv").exists():
            from sim.network.formats.matrix_table import read_matrix_folder

            return read_matrix_folder
        from sim.network.formats.folder import read_folder

        return read_folder
    if name.endswith((".pbf", ".osm", ".osm.bz2", ".osm.gz")):
        from sim.network.formats.osm import read_osm

        return read_osm
    if name.endswith(".graphml"):
        from sim.network.formats.graphml import read_graphml

        return read_graphml
    if name.endswith((".csv", ".tsv")):
        from sim.network.formats.matrix_table import read_matrix_table

        return read_matrix_table
    return None


def _missing(path: Path) -> Finding:
    beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
    return Finding(
        "missing-file",
        Words(f"there is no network '{path}'", f"找不到路网“{path}”"),
        did_you_mean(path.name, beside),
        Mark(str(path)),
    )


def _unknown_form(path: Path) -> Finding:
    return Finding(
        "unknown-form",
        Words(f"'{path.name}' is not a known form of network", f"“{path.name}”不是可识别的路网形式"),
        Words(
            "give a folder, an .osm.pbf, an .osm, a .graphml, or a .csv of minutes",
            "可用:文件夹、.osm.pbf、.osm、.graphml、分钟数的 .csv",
        ),
        Mark(str(path)),
    )
