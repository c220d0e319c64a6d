"""What happens: explicit incidents, recorded tables, random sources; and which run card is for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Words
from sim.randomness import name_key
from sim.scenario.compiling.courses import KIND, Courses
from sim.scenario.compiling.history import recorded_tables
from sim.scenario.frozen import Planned, RunCard, Source

if TYPE_CHECKING:
    from sim.quantities import Quantity
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.places import Sites


MOST_ALARMS = 5_000_000
"""Incidents that one source may be expected to give in one replication."""


class Happenings:
    """Incidents, tables and sources, compiled."""

    def __init__(self, context: Context, sites: Sites, forces: Forces, courses: Courses, ends: int | None) -> None:
        self.context, self.sites, self.forces, self.courses, self.ends = context, sites, forces, courses, ends
        assert context.file.start.date is not None
        self.start = context.file.start.date
        self.demands: dict[tuple[int, int], tuple[str | int, ...]] = {}
        """(site, course) of everything that can happen → where that is first written."""
        self.planned = self._incidents()
        self.recorded = recorded_tables(context, sites, forces, courses, self.start, ends)
        for position, table in enumerate(self.recorded):
            for row in table.rows:
                self.demands.setdefault((row.site, row.course), ("incident_tables", position))
        self.sources = self._sources()
        self._distinct()

    def _distinct(self) -> None:
        """Check that no two of incidents, tables and sources share an id: their incidents would share names and luck."""
        file, seen = self.context.file, dict[str, str]()
        for section in ("incidents", "incident_tables", "sources"):
            for position, entry in enumerate(getattr(file, section)):
                if seen.setdefault(entry.id, section) != section:
                    what = Words(f"'{entry.id}' is already the id of something that happens", f"“{entry.id}”已是另一处事件的编号")
                    remedy = Words("give it another id", "换个编号")
                    self.context.add("duplicate-id", what, remedy, section, position, "id")

    def _incidents(self) -> tuple[Planned, ...]:
        context, found = self.context, []
        for position, entry in enumerate(context.file.incidents):
            path = ("incidents", position)
            course = self.courses.of_incident(position)
            site = self.sites.find(entry.place, entry.place_name or entry.name or entry.id, *path, "place")
            time = self.context.moment(entry.at, *path, "at")
            if site is None or course is None:
                continue
            self.sites.name(entry.id, site, *path, "id")
            if self.ends is not None and time >= self.ends:
                what = Words(
                    f"incident '{entry.id}' comes after the end, so it never happens", f"事件“{entry.id}”在情景结束之后,不会发生"
                )
                context.warn("after-end", what, Words("move it, or end later", "改时刻,或把结束推后"), *path, "at")
            self.demands.setdefault((site, course), (*path, "place"))
            self._off_town(position, site, course)
            found.append(Planned(entry.id, entry.name or entry.id, name_key(entry.id), time, site, course))
        return tuple(sorted(found, key=lambda incident: incident.time))

    def _off_town(self, position: int, site: int, course: int) -> None:
        """Ask for coordinates where a release sits on a town's name: a footprint never does."""
        place = self.sites.places.get(site)
        if place is None or place.kind in ("own", "mine") or self.courses.courses[course].leak is None:
            return
        what = Words(
            f"a release is placed on the name of a town ({place.name}), that is, in its middle",
            f"泄漏放在了城镇名“{place.name}”上,等于放在城镇中心",
        )
        remedy = Words("write the coordinates of the plant: 'lon, lat'", "请写厂区坐标:“经度, 纬度”")
        self.context.add("footprint-on-town", what, remedy, "incidents", position, "place")

    # --- sources ---------------------------------------------------------------------------------------------------

    def _sources(self) -> tuple[Source, ...]:
        context, found = self.context, []
        for position, entry in enumerate(context.file.sources):
            path = ("sources", position)
            if str(context.file.mode) == "drill":
                what = Words(
                    f"a drill has one planned course, but source '{entry.id}' is random",
                    f"演练只按计划走一遍,事件源“{entry.id}”却是随机的",
                )
                remedy = Words("write mode: plan, or list the incidents", "写 方式: 推演,或逐一列出事件")
                context.add("random-in-drill", what, remedy, *path)
            course = self.courses.of_kind(entry.kind, *path, "kind")
            begins = 0 if entry.begins is None else self.context.moment(entry.begins, *path, "begins")
            ends = self.ends if entry.ends is None else self.context.moment(entry.ends, *path, "ends")
            if ends is None:
                what = Words(f"source '{entry.id}' never ends", f"事件源“{entry.id}”没有结束")
                context.add("no-end", what, Words("write end: … for the scenario", "请给情景写 结束: …"), *path)
                continue
            if ends <= begins:
                what = Words("it ends before it begins", "结束早于开始")
                context.add("end-before-start", what, Words("correct one of the two", "请改正其一"), *path)
                continue
            places, places_path = self.sites.weighted(entry.places, *path, "places")
            sites = [self.sites.find(place.place, place.place, *places_path, n, "place") for n, place in enumerate(places)]
            shares = np.array([place.weight.planned for place in places])
            if shares.sum() <= 0:
                what = Words("all shares are zero", "各地点份额都是零")
                context.add("no-share", what, Words("give one place a share", "至少一处份额大于零"), *places_path)
                continue
            if course is None or any(site is None for site in sites):
                continue
            expected = entry.rate.planned * (ends - begins)
            if expected > MOST_ALARMS:
                what = Words(f"it gives {expected:.3g} incidents a run", f"每次推演会有 {expected:.3g} 起事件")
                context.add("too-many", what, Words("lower the rate, or end earlier", "降低频率,或缩短时间"), *path, "rate")
                continue
            for n, site in enumerate(sites):
                self.demands.setdefault((site or 0, course), (*places_path, n, "place"))
            cumulative = np.cumsum(shares) / shares.sum()
            cumulative.setflags(write=False)
            found.append(Source(
                entry.id, name_key(entry.id), course, entry.rate.planned,
                tuple(site for site in sites if site is not None), cumulative,
                self._shape(entry.by_hour, *path, "by_hour"), self._shape(entry.by_weekday, *path, "by_weekday"),
                self._shape(entry.by_month, *path, "by_month"), begins, ends,
            ))  # fmt: skip
        return tuple(found)

    def _shape(self, weights: list[Quantity] | None, *path: str | int) -> tuple[float, ...] | None:
        if weights is None:
            return None
        shape = tuple(weight.planned for weight in weights)
        if sum(shape) <= 0:
            self.context.add(
                "no-share", Words("all weights are zero", "权重全为零"), Words("give one a weight", "至少一项大于零"), *path
            )
            return None
        return shape


def run_cards(context: Context, sites: Sites, forces: Forces) -> tuple[RunCard, ...]:
    """Return the run cards in the order of the file."""
    cards = []
    for position, entry in enumerate(context.file.run_cards):
        path = ("run_cards", position)
        for n, kind in enumerate(entry.kinds):
            if kind not in context.file.incident_types:
                context.unknown(KIND, kind, context.file.incident_types, *path, "kinds", n)
        places = {sites.find(place, place, *path, "places", n) for n, place in enumerate(entry.places)}
        teams = [team for n, name in enumerate(entry.teams) for team in forces.numbers(name, *path, "teams", n)]
        cards.append(RunCard(
            frozenset(entry.kinds), frozenset(site for site in places if site is not None), tuple(dict.fromkeys(teams))
        ))  # fmt: skip
    return tuple(cards)
