"""Cover of home: standards, early warnings, moving up, and where radio fails."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.errors import Words, did_you_mean
from sim.network.extra import straight_m
from sim.randomness import name_key
from sim.scenario.command import EarlyWarning, MoveUp, RadioGap, Standard
from sim.scenario.compiling.forces import BASE
from sim.scenario.schema.cover import RuleWord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.places import Sites
    from sim.scenario.schema.cover import MoveUp as MoveUpEntry
    from sim.scenario.schema.cover import RadioGap as RadioEntry
    from sim.scenario.schema.cover import Standard as StandardEntry
    from sim.units import Moment

STANDARD = Words("standard of cover", "守备标准")
_Path = tuple[str | int, ...]


class Cover:
    """Compiles what keeps home covered, section by section; each is asked for once."""

    def __init__(self, context: Context, sites: Sites, forces: Forces, moment: Callable[..., int]) -> None:
        self.context, self.sites, self.forces = context, sites, forces
        self._moment = moment
        """Moment, and where it is written → ms after the start."""

    # --- standards -------------------------------------------------------------------------------------------------

    def standards(self) -> dict[str, Standard]:
        """Return the standards of cover by id, in the order of the file."""
        found: dict[str, Standard] = {}
        for position, entry in enumerate(self.context.file.standards):
            found.setdefault(entry.id, self._standard(entry, ("standards", position)))
        return found

    def _standard(self, entry: StandardEntry, path: _Path) -> Standard:
        capability = self._capability(entry.capability, *path, "capability")
        able = sum(self._able(team.index, capability) for team in self.forces.teams)
        if able < entry.squads and self._held(capability):
            what = Words(
                f"{entry.squads} teams must be there in time, but only {able} fully have '{entry.capability}'",
                f"要求 {entry.squads} 支队伍按时到达,完全具备“{entry.capability}”的只有 {able} 支",
            )
            self.context.warn("never-met", what, Words("lower the number, or add teams", "减少队数,或增加队伍"), *path, "squads")
        weights = self._weights(entry, path)
        served = self._served(entry, capability, weights, path)
        return Standard(
            entry.id, entry.name or entry.id, capability, round(entry.within.planned), entry.squads, tuple(weights),
            tuple(weights.values()), tuple(served.get(site, ()) for site in weights), entry.people, entry.basis,
        )  # fmt: skip

    def _weights(self, entry: StandardEntry, path: _Path) -> dict[int, float]:
        """Return the weight of each site of a standard: its people, or 1."""
        context = self.context
        places, where = self.sites.weighted(entry.places, *path, "places")
        weights: dict[int, float] = {}
        for position, place in enumerate(places):
            site = self.sites.find(place.place, place.place, *where, position, "place")
            if site is None:
                continue
            if site in weights:
                what = Words(f"'{place.place}' is listed twice", f"“{place.place}”列了两次")
                context.warn("listed-twice", what, Words("take one of the two out", "去掉其中之一"), *where, position, "place")
            people = place.weight.planned if entry.people else 1.0
            weights[site] = weights.get(site, 0.0) + people if entry.people else people
        if not places and (not isinstance(entry.places, str) or entry.places in context.file.place_groups):
            what = Words(f"standard '{entry.id}' has no places", f"守备标准“{entry.id}”没有点位")
            context.add("no-place", what, Words("list its places", "请列出点位"), *path, "places")
        elif weights and sum(weights.values()) <= 0:
            what = Words("nobody lives at any of these places: all weights are zero", "各点位人口都是零")
            remedy = Words("write the people of each place as its weight", "请把各点位的人口写作权重")
            context.add("no-share", what, remedy, *where)
        return weights

    def _served(
        self, entry: StandardEntry, capability: int, weights: dict[int, float], path: _Path
    ) -> dict[int, tuple[int, ...]]:
        """Return the teams that serve a site by contract."""
        context, found = self.context, dict[int, tuple[int, ...]]()
        for place, names in entry.served_by.items():
            here = (*path, "served_by", place)
            site = self.sites.find(place, place, *here)
            teams = self._teams(names, *here)
            if site is not None and site not in weights:
                what = Words(f"'{place}' is not a place of this standard", f"“{place}”不是本标准的点位")
                context.add("unknown-id", what, did_you_mean(place, (self.sites.sites[other].id for other in weights)), *here)
            elif site is not None:
                found[site] = tuple(dict.fromkeys((*found.get(site, ()), *teams)))
            self._check_able(teams, capability, entry.capability, *here)
        for site in weights:
            if site not in found:
                teams = self._under_contract(site, capability)
                if teams:
                    found[site] = teams
        return found

    def _under_contract(self, site: int, capability: int) -> tuple[int, ...]:
        """Return the teams with a capability that say themselves that they serve a place."""
        names = {self.sites.sites[site].id, self.sites.sites[site].name}
        groups = [entry.id for entry in self.context.file.teams if names & set(entry.serves)]
        teams = [team for group in groups for team in self.forces.groups.get(group, ())]
        return tuple(team for team in teams if capability in self.forces.teams[team].capabilities)

    # --- early warnings --------------------------------------------------------------------------------------------

    def warnings(self) -> tuple[EarlyWarning, ...]:
        """Return the early warnings."""
        found = []
        for position, entry in enumerate(self.context.file.warnings):
            path = ("warnings", position)
            begins, ends = self._span(entry.begins, entry.ends, path)
            teams = self._teams(entry.standby, *path, "standby")
            found.append(EarlyWarning(entry.id, entry.name or entry.id, entry.colour, begins, ends, teams))
        return tuple(found)

    # --- radio -----------------------------------------------------------------------------------------------------

    def radio(self) -> tuple[RadioGap, ...]:
        """Return where radio fails, and which of the sites known by now lie there."""
        found = []
        for position, entry in enumerate(self.context.file.radio):
            path = ("radio", position)
            begins, ends = self._span(entry.begins, entry.ends, path)
            if ends is not None and entry.lasts is not None:
                what = Words("it has both an end and a duration", "既写了结束又写了历时")
                self.context.add("contradiction", what, Words("drop one of the two", "去掉其一"), *path)
            ticks = self.context.ticks
            found.append(RadioGap(
                entry.id, entry.name or entry.id, name_key(entry.id), self._within(entry, path), begins, ends,
                None if entry.lasts is None else ticks(entry.lasts), None if entry.delay is None else ticks(entry.delay),
                ticks(entry.messenger), -1 if entry.relay is None else self._capability(entry.relay, *path, "relay"),
            ))  # fmt: skip
        return tuple(found)

    def _within(self, entry: RadioEntry, path: _Path) -> frozenset[int]:
        """Return the sites in a circle; a site whose position the network does not know lies in none."""
        centre = self.sites.point(entry.around, *path, "around")
        if centre is None:
            return frozenset()
        if math.isnan(centre[0]):
            what = Words(f"the network does not say where '{entry.around}' lies", f"路网没有给出“{entry.around}”的位置")
            self.context.add("no-position", what, Words("write 'lon, lat'", "请写“经度, 纬度”"), *path, "around")
            return frozenset()
        projected = self.sites.system == "metres"
        inside = frozenset(
            site
            for site in range(len(self.sites.sites))
            if straight_m(centre, self.sites.position(site), projected=projected) <= entry.radius.planned
        )
        if not inside:
            what = Words(f"no place of the scenario lies in '{entry.id}'", f"“{entry.id}”范围内没有情景用到的地点")
            self.context.warn(
                "empty-area", what, Words("check the place, or widen the radius", "核对地点,或加大半径"), *path, "around"
            )
        return inside

    # --- moving up -------------------------------------------------------------------------------------------------

    def move_up(self, standards: dict[str, Standard]) -> tuple[MoveUp, ...]:
        """Return how idle teams are moved to cover for others."""
        found, taken = [], dict[int, str]()
        for position, entry in enumerate(self.context.file.move_up):
            path = ("move_up", position)
            teams = self._moved(entry, path)
            for team in teams:
                if taken.setdefault(team, entry.id) != entry.id:
                    name = self.forces.teams[team].id
                    what = Words(f"team '{name}' is moved by '{taken[team]}' already", f"队伍“{name}”已由“{taken[team]}”调动")
                    self.context.add("moved-twice", what, Words("leave it to one of them", "只留给其中一个"), *path, "teams")
                    break
            bases = self._bases(entry.bases, *path, "bases")
            table = self._table(entry, len(teams), path) if entry.rule == RuleWord.TABLE else ()
            standard = self._covered(entry, teams, standards, path) if entry.rule == RuleWord.GREEDY else -1
            capability = self._capability(entry.capability, *path, "capability")
            found.append(MoveUp(
                entry.id, capability, frozenset(teams), tuple(dict.fromkeys(bases)), table, standard, entry.busy.planned
            ))  # fmt: skip
        return tuple(found)

    def _moved(self, entry: MoveUpEntry, path: _Path) -> tuple[int, ...]:
        """Return the teams that a rule may move: those named, or all with its capability."""
        code = self.forces.capabilities.get(entry.capability, -1)
        if not entry.teams:
            return tuple(team.index for team in self.forces.teams if self._able(team.index, code))
        teams = self._teams(entry.teams, *path, "teams")
        if code >= 0:
            self._check_able(teams, code, entry.capability, *path, "teams")
        return teams

    def _table(self, entry: MoveUpEntry, teams: int, path: _Path) -> tuple[tuple[int, ...], ...]:
        """Return the rows of a compliance table: for 1, 2, … idle teams, the bases to man."""
        context, rows = self.context, dict[int, tuple[int, ...]]()
        if not entry.table:
            what = Words(f"'{entry.id}' has no compliance table", f"“{entry.id}”没有守备表")
            remedy = Words(
                "write table: {1: […], 2: […]}, or rule: greedy", "请写 守备表: {1: […], 2: […]},或 办法: 期望覆盖最大"
            )
            context.add("missing", what, remedy, *path)
        for key, names in entry.table.items():
            here = (*path, "table", key)
            number = int(key) if key.strip().isdecimal() else 0
            if number < 1 or number in rows:
                what = Words(f"'{key}' is not a number of idle teams", f"“{key}”不是空闲队伍数")
                context.add("bad-table", what, Words("write 1, 2, 3 …, each once", "请依次写 1、2、3……,各一行"), *here)
                continue
            if number > teams > 0:
                what = Words(f"the rule moves only {teams} teams", f"可移动的队伍只有 {teams} 支")
                context.warn("bad-table", what, Words("take the row out, or name more teams", "删去这一行,或增加队伍"), *here)
            if len(names) > number:
                what = Words(
                    f"{number} idle teams cannot man {len(names)} bases", f"{number} 支空闲队伍守不了 {len(names)} 处驻地"
                )
                context.add("bad-table", what, Words("take bases out of this row", "减少这一行的驻地"), *here)
            rows[number] = self._row(entry, names, here)
        missing = next((number for number in range(1, len(rows) + 1) if number not in rows), None)
        if missing is not None and len(rows) == len(entry.table):
            what = Words(f"the table has no row for {missing} idle teams", f"守备表缺少“{missing} 支空闲”一行")
            context.add("bad-table", what, Words("write every number from 1 on", "从 1 起逐行写全"), *path, "table")
        return tuple(rows[number] for number in sorted(rows))

    def _row(self, entry: MoveUpEntry, names: Sequence[str], path: _Path) -> tuple[int, ...]:
        known = [base.id for base in self.context.file.bases]
        for position, name in enumerate(names):
            if name in known and name not in entry.bases:
                what = Words(f"'{name}' is not among the bases of this rule", f"“{name}”不在本办法的驻地之列")
                self.context.add("unknown-id", what, did_you_mean(name, entry.bases), *path, position)
        return self._bases(names, *path)

    def _covered(self, entry: MoveUpEntry, teams: Sequence[int], standards: dict[str, Standard], path: _Path) -> int:
        """Return the number of the standard whose cover the greedy rule maximises."""
        context = self.context
        if entry.table:
            what = Words("a greedy rule has no table", "“期望覆盖最大”不用守备表")
            context.add(
                "contradiction",
                what,
                Words("drop the table, or write rule: table", "删去守备表,或写 办法: 守备表"),
                *path,
                "table",
            )
        if entry.standard is None:
            what = Words(f"'{entry.id}' does not say which cover to maximise", f"“{entry.id}”没有写按哪个守备标准")
            context.add("missing", what, Words("write standard: …", "请写 标准: …"), *path)
            return -1
        if entry.standard not in standards:
            context.unknown(STANDARD, entry.standard, standards, *path, "standard")
            return -1
        standard = standards[entry.standard]
        name = next(name for name, code in self.forces.capabilities.items() if code == standard.capability)
        self._check_able(teams, standard.capability, name, *path, "standard")
        return list(standards).index(entry.standard)

    # --- shared ----------------------------------------------------------------------------------------------------

    def _capability(self, name: str, *path: str | int) -> int:
        """Return the code of a capability that some team has; a finding is added when none does."""
        capabilities = self.forces.capabilities
        code = capabilities.setdefault(name, len(capabilities))
        if not self._held(code):
            held = [known for known, own in capabilities.items() if self._held(own)]
            what = Words(f"no team has the capability '{name}'", f"没有哪支队伍具备“{name}”这个能力")
            self.context.add("unknown-id", what, did_you_mean(name, held), *path)
        return code

    def _held(self, capability: int) -> bool:
        return any(capability in team.capabilities for team in self.forces.teams)

    def _able(self, team: int, capability: int) -> bool:
        """Tell whether a team fully has a capability: substitutes cover nothing."""
        return self.forces.teams[team].capabilities.get(capability, 0.0) >= 1.0

    def _teams(self, names: Sequence[str], *path: str | int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(
            team for position, name in enumerate(names) for team in self.forces.numbers(name, *path, position)
        ))  # fmt: skip

    def _check_able(self, teams: Sequence[int], capability: int, name: str, *path: str | int) -> None:
        """Check that every one of some teams fully has a capability, where anybody has it at all."""
        unable = [team for team in teams if not self._able(team, capability)]
        if unable and self._held(capability):
            team = self.forces.teams[unable[0]].id
            what = Words(f"team '{team}' does not fully have '{name}'", f"队伍“{team}”不完全具备“{name}”")
            remedy = Words("name another team, or give it that capability", "换一支队伍,或补上这个能力")
            self.context.add("not-able", what, remedy, *path)

    def _bases(self, names: Sequence[str], *path: str | int) -> tuple[int, ...]:
        """Return the sites of bases; one whose own place could not be found is no news here."""
        known = [base.id for base in self.context.file.bases]
        for position, name in enumerate(names):
            if name not in known:
                self.context.unknown(BASE, name, known, *path, position)
        return tuple(self.forces.bases[name] for name in names if name in self.forces.bases)

    def _span(self, begins: Moment | None, ends: Moment | None, path: _Path) -> tuple[int, int | None]:
        """Return when something begins (the start, if not written) and ends."""
        first = 0 if begins is None else self._moment(begins, *path, "begins")
        last = None if ends is None else self._moment(ends, *path, "ends")
        if last is not None and last <= first:
            what = Words("it ends before it begins", "结束早于开始")
            self.context.add("end-before-start", what, Words("correct one of the two", "请改正其一"), *path, "ends")
        return first, last
