"""Forces: vehicles, bases, hospitals, teams."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Words
from sim.network.speeds import CLASSES, DEFAULT_SPEEDS, HOURS, SpeedTable
from sim.network.speeds import Vehicle as RoadVehicle
from sim.scenario.frozen import ReadOnly, Team
from sim.units import KMH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.goods import Goods
    from sim.scenario.compiling.places import Sites
    from sim.scenario.compiling.posts import Posts
    from sim.scenario.schema.forces import Team as TeamEntry
    from sim.scenario.schema.forces import Traits, Vehicle

BASE, HOSPITAL, TEAM = Words("base", "驻地"), Words("hospital", "医院"), Words("team", "队伍")
TYPE, VEHICLE = Words("team type", "队伍类型"), Words("vehicle class", "车型")
DEFAULT_VEHICLE = "heavy"


def speed_table(context: Context) -> SpeedTable:
    """Return the speeds of all vehicle classes: the assumed defaults, and what the file says."""
    vehicles = dict(DEFAULT_SPEEDS.vehicles)
    for position, entry in enumerate(context.file.vehicles):
        try:
            vehicles[entry.id] = _vehicle(entry, SpeedTable(vehicles=vehicles))
        except InputError as error:
            context.take(error, "vehicles", position)
    hours = {name: list(factors) for name, factors in DEFAULT_SPEEDS.hours.items()}
    if context.file.traffic:
        hours = {name: [1.0] * HOURS for name in hours}
    for position, traffic in enumerate(context.file.traffic):
        if traffic.ends <= traffic.begins:
            what = Words(
                f"the hours {traffic.begins} to {traffic.ends} are empty", f"{traffic.begins} 时到 {traffic.ends} 时没有时段"
            )
            context.add("end-before-start", what, Words("split at midnight", "跨零点请分成两段写"), "traffic", position)
        for name in traffic.classes or CLASSES:
            for hour in range(traffic.begins, traffic.ends):
                hours[str(name)][hour] = traffic.factor.planned
    return SpeedTable(
        vehicles=vehicles, hours={name: tuple(factors) for name, factors in hours.items()}, weather=DEFAULT_SPEEDS.weather
    )


def _vehicle(entry: Vehicle, table: SpeedTable) -> RoadVehicle:
    like = table.vehicle(entry.like)
    speeds = dict(zip(CLASSES, like.speeds_kmh, strict=True))
    if entry.speed is not None:
        speeds = dict.fromkeys(CLASSES, entry.speed.planned * KMH)
    speeds.update({str(name): speed.planned * KMH for name, speed in entry.speeds.items()})
    return replace(
        like, name=entry.id, words=Words(entry.name or entry.id, entry.name or entry.id),
        speeds_kmh=tuple(speeds[name] for name in CLASSES),
        height_m=like.height_m if entry.height is None else entry.height.planned,
        weight_t=like.weight_t if entry.weight is None else entry.weight.planned / 1000,
        hazardous=entry.hazardous,
        ordinary_factor=like.ordinary_factor if entry.ordinary_factor is None else entry.ordinary_factor.planned,
    )  # fmt: skip


class Forces:
    """Bases, hospitals and teams, compiled."""

    def __init__(
        self, context: Context, sites: Sites, posts: Posts, speeds: SpeedTable, capabilities: dict[str, int], goods: Goods
    ) -> None:
        self.context, self.sites, self.posts, self.speeds, self.capabilities = context, sites, posts, speeds, capabilities
        self.goods = goods
        self.bases = self._located("bases")
        self.hospitals = self._located("hospitals")
        self.groups: dict[str, tuple[int, ...]] = {}
        """Team id, or id of a group of teams → team numbers."""
        self.teams: list[Team] = []
        self._build()

    def _located(self, section: str) -> dict[str, int]:
        entries = getattr(self.context.file, section)
        found: dict[str, int] = {}
        for position, entry in enumerate(entries):
            site = self.sites.find(entry.place, entry.name or entry.id, section, position, "place")
            if site is not None:
                found.setdefault(entry.id, site)
                self.sites.name(entry.id, site, section, position, "id")
        return found

    def _build(self) -> None:
        context = self.context
        for position, entry in enumerate(context.file.teams):
            path = ("teams", position)
            kind = context.file.team_types.get(entry.type) if entry.type is not None else None
            if entry.type is not None and kind is None:
                context.unknown(TYPE, entry.type, context.file.team_types, *path, "type")
            base_ids = [base.id for base in context.file.bases]
            if entry.base not in base_ids:
                context.unknown(BASE, entry.base, base_ids, *path, "base")
            traits = _merged(kind, entry)
            if not traits["capabilities"]:
                what = Words(f"team '{entry.id}' has no capability", f"队伍“{entry.id}”没有写能力")
                context.add("no-capability", what, Words("write capabilities: […]", "请写 能力: […]"), *path)
            self._add(entry, traits, path)

    def _add(self, entry: TeamEntry, traits: Mapping[str, Any], path: tuple[str | int, ...]) -> None:
        context = self.context
        try:
            vehicle = self.speeds.vehicle(traits["vehicle"] or DEFAULT_VEHICLE)
        except InputError as error:
            context.take(error, *path, "vehicle")
            vehicle = self.speeds.vehicle(DEFAULT_VEHICLE)
        carries = self.goods.by_item(traits["carries"], self._carried_at(entry, path))
        able: dict[int, float] = {}
        for name, quality in (traits["substitutes"] or {}).items():
            able[self._capability(name)] = quality.planned
        for name in traits["capabilities"] or ():
            able[self._capability(name)] = 1.0
        numbers = []
        relations = self._relations(entry, traits, path)
        for copy in range(entry.count):
            index = len(self.teams)
            numbered = entry.id if entry.count == 1 else f"{entry.id}-{copy + 1}"
            name = entry.name or entry.id
            self.teams.append(Team(
                index, numbered, name if entry.count == 1 else f"{name} {copy + 1}", entry.id, self.bases.get(entry.base, 0),
                vehicle.name, ReadOnly(able), context.ticks(traits["turnout"]), context.ticks(traits["report_in"]),
                context.ticks(traits["set_up"]), context.ticks(traits["refit"]), traits["call_back"] is not False,
                vehicle.ordinary_factor, traits["crew"] or 0, entry.owner, entry.source, **relations,
                carries=carries,
            ))  # fmt: skip
            numbers.append(index)
            if any(team.id == numbered and team.group != entry.id for team in self.teams[:-1]):
                what = Words(f"two teams come to be called '{numbered}'", f"有两支队伍都编号为“{numbered}”")
                context.add("duplicate-id", what, Words("give one of them another id", "给其中一支换个编号"), *path, "id")
            self.groups.setdefault(numbered, (index,))
        self.groups[entry.id] = tuple(numbers)
        if entry.base in self.bases:
            self.sites.name(entry.id, self.bases[entry.base], *path, "id")

    def _carried_at(self, entry: TeamEntry, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Return where what a team brings along is written: with the team, or with its type."""
        return (*path, "carries") if entry.carries is not None else ("team_types", str(entry.type), "carries")

    def _relations(self, entry: TeamEntry, traits: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
        """Return who may order a team, release it, take it away; and what mutual aid needs to know of it."""
        posts, context = self.posts, self.context
        found = {
            name: tuple(posts.find(post, *path, name, position) for position, post in enumerate(getattr(entry, name)))
            for name in ("ordered_by", "called_away_by")
        }
        base = next((base for base in context.file.bases if base.id == entry.base), None)
        region = -1
        if base is not None and base.region is not None:
            region = posts.region(base.region, "bases", context.file.bases.index(base), "region")
        standby = traits["standby_turnout"]
        return {
            "kind": entry.type or "", "flow": 0.0 if traits["flow"] is None else traits["flow"].planned,
            "standby": None if standby is None else context.ticks(standby), "ordered_by": found["ordered_by"],
            "release_by": -1 if entry.release_by is None else posts.find(entry.release_by, *path, "release_by"),
            "called_away_by": frozenset(found["called_away_by"]), "province": posts.province(region),
            "desk": posts.desk(entry.id, entry.name or entry.id, self.bases.get(entry.base, -1)),
        }  # fmt: skip

    def _capability(self, name: str) -> int:
        return self.capabilities.setdefault(name, len(self.capabilities))

    def numbers(self, name: str, *path: str | int) -> tuple[int, ...]:
        """Return the teams of a team or group id; a finding is added when there is none."""
        found = self.groups.get(name)
        if found is None:
            self.context.unknown(TEAM, name, self.groups, *path)
            return ()
        return found


def _merged(kind: Traits | None, entry: Traits) -> dict[str, Any]:
    """Return the traits of a team: its own, else those of its type."""
    merged = {}
    for name in ("capabilities", "substitutes", "crew", "vehicle", "turnout", "report_in", "set_up", "refit", "call_back",
                 "standby_turnout", "flow", "carries"):  # fmt: skip
        own = getattr(entry, name)
        merged[name] = own if own is not None or kind is None else getattr(kind, name)
    return merged
