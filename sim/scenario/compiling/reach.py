"""Check that every package can be filled by teams that have a way to the incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Words
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.network.trips import Travel
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.courses import Courses
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.happenings import Happenings
    from sim.scenario.compiling.places import Sites
    from sim.scenario.frozen import Line


def check_reach(context: Context, forces: Forces, courses: Courses, happenings: Happenings, sites: Sites, travel: Travel) -> None:
    """Add a finding for every place and need that too few teams have a way to, with all roads open."""
    names = {code: name for name, code in forces.capabilities.items()}
    weather = str(context.file.weather.condition)
    for (site, course), path in sorted(happenings.demands.items()):
        for line in courses.courses[course].lines:
            reaching, able = _reaching(forces, travel, line, site, weather)
            if reaching < min(line.count, able):
                wanted, place = names[line.capability], sites.sites[site].name
                what = Words(
                    f"only {reaching} of {line.count} teams for '{wanted}' have a way to '{place}'",
                    f"“{place}”需要 {line.count} 组“{wanted}”,有路可达的只有 {reaching} 组",
                )
                remedy = Words("add a road, or teams on this side", "增补道路,或在这一侧增加队伍")
                context.add("unreachable", what, remedy, *path)


def _reaching(forces: Forces, travel: Travel, line: Line, site: int, weather: str) -> tuple[int, int]:
    """Return how many teams that can do it have a way to a site, and how many can do it."""
    able = [team for team in forces.teams if line.capability in team.capabilities]
    reaching = 0
    for vehicle in {team.vehicle for team in able}:
        bases = [team.base for team in able if team.vehicle == vehicle]
        reaching += sum(ms < NEVER for ms in travel.row(bases, site, travel.profile(vehicle, None, weather), 0))
    return reaching, len(able)
