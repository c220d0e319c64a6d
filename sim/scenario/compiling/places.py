"""Where things are: every location a scenario names becomes one site of the travel service."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, cast

from sim.errors import Finding, Mark, Words
from sim.network.coordinates import System, to_wgs84
from sim.network.places import Place, PlaceTable
from sim.network.trips import Site as TravelSite
from sim.scenario.frozen import Site

if TYPE_CHECKING:
    from sim.network.load import Network
    from sim.scenario.compiling.context import Context
    from sim.scenario.schema.incidents import PlaceWeight

GROUP = Words("group of places", "地点组")
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_PAIR = re.compile(rf"\s*({_NUMBER})\s*[,\uff0c]\s*({_NUMBER})\s*$")
_QUOTES = " \u3000\u201c\u201d\u2018\u2019\"'"
"""What planners put around a place besides the marks that YAML knows."""
_NODE = re.compile(r"\s*(?:node|节点)\s*[:\uff1a]?\s*(\S+)\s*$")


class Sites:
    """Finds and numbers the locations of a scenario; the same location is one site."""

    def __init__(self, context: Context, network: Network | None, *, known: bool) -> None:
        self.context = context
        self.known = known
        """There is a network (a straight line is one); without, unknown places are no news."""
        self.network = network
        self.sites: list[Site] = []
        self.travel_sites: list[TravelSite] = []
        self.places: dict[int, Place] = {}
        """Sites that are named places of the network or of the scenario."""
        self._number: dict[tuple[object, ...], int] = {}
        self._names: dict[str, int] = {}
        """Ids of bases, hospitals and incidents: where they are."""
        projected = network is not None and network.projected
        self.system = "metres" if projected else str(context.file.coordinates)
        """Coordinate system of what is written without one of its own."""
        self._own = self._scenario_places()

    def _scenario_places(self) -> PlaceTable:
        places = []
        for position, entry in enumerate(self.context.file.places):
            point = self._point(entry.at, str(entry.coordinates or self.system), "places", position, "at")
            if point is not None:
                name = entry.name or entry.id
                places.append(Place(entry.id, name, *point, aliases=tuple(entry.aliases), kind="own", source=entry.source))
        ids = [place.id for place in places]
        return PlaceTable([place for position, place in enumerate(places) if place.id not in ids[:position]])

    def _point(self, text: str, system: str, *path: str | int) -> tuple[float, float] | None:
        match = _PAIR.match(text)
        if match is None:
            what = Words(f"'{text}' is not 'lon, lat'", f"“{text}”不是“经度, 纬度”")
            self.context.add("bad-coordinate", what, Words("write for example 112.31, 39.55", "例如写成 112.31, 39.55"), *path)
            return None
        x, y = float(match[1]), float(match[2])
        if system == "metres":
            return x, y
        if not (abs(x) <= 180 and abs(y) <= 90):
            what = Words(f"'{text}' is not a longitude and a latitude", f"“{text}”不是经度和纬度")
            remedy = Words("longitude first; or set coordinates: metres", "先经度后纬度;平面坐标请写 坐标系: 平面米")
            self.context.add("bad-coordinate", what, remedy, *path)
            return None
        lon, lat = to_wgs84(x, y, cast("System", system))
        return float(lon), float(lat)

    def name(self, name: str, site: int, *path: str | int) -> None:
        """Let a base, hospital, team or incident be named where a location is asked for; two spots of one name are told."""
        if self._names.setdefault(name, site) != site:
            what = Words(f"'{name}' already names another spot", f"“{name}”已是另一处地点的编号")
            remedy = Words("give one of the two another id", "给其中一个换个编号")
            self.context.warn("shared-name", what, remedy, *path)

    def find(self, text: str, label: str, *path: str | int) -> int | None:
        """Return the site of a location: an id of the scenario, a place, ``lon, lat``, or ``node N``.

        Parameters
        ----------
        label
            Name shown for a location that has none of its own.
        path
            Where it is written; a finding is added when it cannot be found.
        """
        where = self.context.where(*path)
        text = text.strip(_QUOTES)
        if text in self._names:
            return self._names[text]
        if _PAIR.match(text):
            point = self._point(text, self.system, *path)
            return (
                None if point is None else self._add((round(point[0], 9), round(point[1], 9)), text, label or text, point, where)
            )
        match = _NODE.match(text)
        if match is not None:
            return self._node(match[1], where)
        found = self._place(text, where)
        if found is None:
            return None
        site = self._add((found.kind == "own", found.id), found.id, found.name, (found.lon, found.lat), where, found)
        self.places[site] = found
        return site

    def _place(self, text: str, where: Mark) -> Place | None:
        own = self._own.find(text)
        found: Place | Finding
        if len(own) == 1:
            found = own[0]
        elif self.network is not None:
            found = self.network.places.one(text, where)
        else:
            found = self._own.one(text, where)
        if isinstance(found, Finding):
            if self.known:
                self.context.findings.append(found)
            return None
        return found

    def point(self, text: str, *path: str | int) -> tuple[float, float] | None:
        """Return where a location is, without making it a site: nobody has to drive there.

        A finding is added when it cannot be found. NaN where the network does not know where its node lies.
        """
        text = text.strip(_QUOTES)
        if text in self._names:
            return self.position(self._names[text])
        if _PAIR.match(text):
            return self._point(text, self.system, *path)
        match = _NODE.match(text)
        if match is not None:
            return self._node_position(match[1])
        place = self._place(text, self.context.where(*path))
        return None if place is None else (place.lon, place.lat)

    def position(self, site: int) -> tuple[float, float]:
        """Return where a site is; NaN where the network does not know where its node lies."""
        found = self.travel_sites[site]
        return self._node_position(str(found.node)) if math.isnan(found.x) else (found.x, found.y)

    def _node_position(self, node: str) -> tuple[float, float]:
        graph, matrix = (None, None) if self.network is None else (self.network.graph, self.network.matrix)
        if matrix is not None and node in matrix.names:
            at = matrix.names.index(node)
            return float(matrix.x[at]), float(matrix.y[at])
        number = None
        if graph is not None:
            number = graph.node_index.get(node, graph.node_index.get(int(node)) if node.isdigit() else None)
        if graph is None or number is None:
            return math.nan, math.nan
        return float(graph.x[number]), float(graph.y[number])

    def weighted(self, places: str | list[PlaceWeight], *path: str | int) -> tuple[list[PlaceWeight], tuple[str | int, ...]]:
        """Return places with their weights, listed there or in a group of the file, and where they are written."""
        if not isinstance(places, str):
            return places, path
        groups = self.context.file.place_groups
        if places not in groups:
            self.context.unknown(GROUP, places, groups, *path)
        return groups.get(places, []), ("place_groups", places)

    def _node(self, node: str, where: Mark) -> int:
        key: tuple[object, ...] = ("node", node)
        if key not in self._number:
            self._number[key] = len(self.sites)
            self.sites.append(Site(f"node {node}", f"node {node}", math.nan, math.nan))
            number: str | int = int(node) if node.isdigit() else node
            self.travel_sites.append(TravelSite(math.nan, math.nan, f"node {node}", number, where))
        return self._number[key]

    def _add(
        self,
        key: tuple[object, ...],
        site_id: str,
        name: str,
        point: tuple[float, float],
        where: Mark,
        place: Place | None = None,
    ) -> int:
        if key not in self._number:
            self._number[key] = len(self.sites)
            taken = {site.id for site in self.sites}
            self.sites.append(Site(site_id if site_id not in taken else f"{site_id}#{len(self.sites)}", name, *point))
            on_matrix = self.network is not None and self.network.matrix is not None and place is not None
            self.travel_sites.append(TravelSite(*point, name, place.id if on_matrix and place else None, where))
        return self._number[key]
