"""Roads of a scenario: its network, road events, delays at borders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Words
from sim.network.line import Line
from sim.network.states import Effect
from sim.randomness import name_key
from sim.scenario.compiling.history import inside
from sim.scenario.frozen import RoadEvent
from sim.scenario.schema.roads import Roads
from sim.units import KMH

if TYPE_CHECKING:
    from sim.network.graph import RoadGraph
    from sim.network.load import Network
    from sim.network.speeds import SpeedTable
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.happenings import Happenings
    from sim.scenario.compiling.places import Sites
    from sim.scenario.schema.roads import Closure
    from sim.scenario.schema.roads import RoadEvent as RoadEventEntry

Form = Any
"""A road graph, a matrix, or a straight line."""


def settings(context: Context) -> Roads:
    """Return how the network is given, whichever way the file says it."""
    given = context.file.network
    if isinstance(given, Roads):
        return given
    return Roads(file=given)


def open_network(context: Context) -> tuple[Network | None, Line | None]:
    """Return the network that the file names, or its straight line; a finding is added when there is neither."""
    roads = settings(context)
    if (roads.file is None) == (roads.straight_line is None):
        what = Words("the scenario has no network", "情景没有写路网") if roads.file is None else Words(
            "the scenario names a network and a straight line", "情景既写了路网文件又写了直线")  # fmt: skip
        remedy = Words(
            "write network: networks/… or network: {straight_line: {speed: 60 km/h}}",
            "写 路网: networks/… 或 路网: {直线: {车速: 60 km/h}}",
        )
        context.add("no-network", what, remedy, "network")
        return None, None
    if roads.straight_line is not None:
        projected = str(context.file.coordinates) == "metres"
        line = roads.straight_line
        where = context.where("network", "straight_line", "speed")
        own = {entry.id: entry.speed.planned * KMH for entry in context.file.vehicles if entry.speed is not None}
        try:
            return None, Line(line.speed.planned * KMH, line.detour.planned, projected, own, where)
        except InputError as error:
            context.take(error, "network", "straight_line")
            return None, None
    file = inside(context, str(roads.file), "network")
    if file is None:
        return None, None
    from sim.network.load import load_network

    try:
        return load_network(file), None
    except InputError as error:
        context.take(error, "network")
        return None, None


class RoadWorks:
    """Road events, compiled against the sites."""

    def __init__(
        self, context: Context, sites: Sites, forces: Forces, happenings: Happenings, graph: RoadGraph | None, speeds: SpeedTable
    ) -> None:
        self.context, self.sites, self.forces, self.happenings = context, sites, forces, happenings
        self.graph, self.speeds = graph, speeds
        self.effects: list[Effect] = []
        self.events = self._events()

    # --- road events -----------------------------------------------------------------------------------------------

    def _events(self) -> tuple[RoadEvent, ...]:
        context, found = self.context, []
        for position, entry in enumerate(context.file.road_events):
            path = ("road_events", position)
            begins = self.context.moment(entry.begins, *path, "begins")
            ends = None if entry.ends is None else self.context.moment(entry.ends, *path, "ends")
            if ends is not None and ends <= begins:
                what = Words("it ends before it begins", "结束早于开始")
                context.add("end-before-start", what, Words("correct one of the two", "请改正其一"), *path, "ends")
            if ends is not None and entry.lasts is not None:
                what = Words("it has both an end and a duration", "既写了结束又写了历时")
                context.add("contradiction", what, Words("drop one of the two", "去掉其一"), *path)
            effect = self._effect(entry, path)
            if effect is not None:
                self.effects.append(effect)
                lasts = None if entry.lasts is None else context.ticks(entry.lasts)
                number = len(self.effects) - 1
                found.append(RoadEvent(entry.id, entry.name or entry.id, name_key(entry.id), number, begins, ends, lasts))
        return tuple(found)

    def _effect(self, entry: RoadEventEntry, path: tuple[str | int, ...]) -> Effect | None:
        context = self.context
        if (entry.close is None) == (entry.slow is None):
            what = Words("a road event either closes or slows roads", "路况须写“封闭”或“缓行”之一")
            context.add("contradiction", what, Words("write close: … or slow: …", "请写 封闭: … 或 缓行: …"), *path)
            return None
        allowed = set[str]()
        for n, name in enumerate(entry.allow):
            try:
                allowed.add(self.speeds.vehicle(name).name)
            except InputError as error:
                context.take(error, *path, "allow", n)
        key, closure, factor = ("close", entry.close, 0.0) if entry.close is not None else ("slow", entry.slow, 0.5)
        if key == "slow":
            if entry.factor is None or entry.factor.planned <= 0:
                what = Words("a slow road needs a factor above zero", "缓行须写大于零的车速系数")
                context.add("missing", what, Words("write factor: 0.5", "例如 车速系数: 0.5"), *path)
                return None
            factor = entry.factor.planned
        assert closure is not None
        try:
            parts = self._parts(closure, (*path, key))
        except InputError as error:
            context.take(error, *path, key)
            return None
        if parts is None:
            return None
        if not len(parts.edge):
            what = Words("no road runs there, so this changes nothing", "该范围内没有道路,不起作用")
            context.warn("takes-no-road", what, Words("check the place, or widen the radius", "核对地点,或加大半径"), *path, key)
        return Effect(parts, factor, frozenset(allowed), entry.name or entry.id, context.where(*path))

    def _parts(self, closure: Closure, path: tuple[str | int, ...]) -> Any:
        context = self.context
        circle = closure.around is not None and closure.radius is not None
        stretch = closure.begin is not None and closure.end is not None
        if circle == stretch:
            what = Words("it is not said which roads", "没有写清是哪些道路")
            remedy = Words("write {begin, end} or {around, radius}", "请写 {起, 止} 或 {周围, 半径}")
            context.add("missing", what, remedy, *path)
            return None
        if self.graph is None:
            what = Words("this network has no roads to close", "这种路网没有可封闭的道路")
            context.add("closure-needs-roads", what, Words("use a road network", "请改用道路路网"), *path)
            return None
        from sim.network.closures import edges_between, edges_within

        if circle:
            centre = self.sites.find(str(closure.around), str(closure.around), *path, "around")
            if centre is None or closure.radius is None:
                return None
            site = self.sites.travel_sites[centre]
            return edges_within(self.graph, site.x, site.y, closure.radius.planned)
        begin = self.sites.find(str(closure.begin), str(closure.begin), *path, "begin")
        end = self.sites.find(str(closure.end), str(closure.end), *path, "end")
        if begin is None or end is None:
            return None
        tolerance = settings(context).tolerance.planned
        sites = self.sites.travel_sites
        return edges_between(self.graph, sites[begin], sites[end], speeds=self.speeds, tolerance_m=tolerance)


def border_delays(context: Context, graph: RoadGraph | None) -> dict[tuple[str, str], int]:
    """Return ms lost on crossing from one region to another, both ways; a region that no road lies in is a finding."""
    delays: dict[tuple[str, str], int] = {}
    regions = sorted({str(region) for region in graph.region.tolist()} - {""}) if graph is not None else []
    for position, entry in enumerate(context.file.border_delays):
        for at, region in enumerate(entry.between):
            if graph is not None and region not in regions:
                kind = Words("region with roads", "有道路的行政区")
                context.unknown(kind, region, regions, "border_delays", position, "between", at)
        a, b = entry.between
        delays[a, b] = delays[b, a] = round(entry.time.planned)
    return delays
