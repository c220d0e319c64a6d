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
    from sim.scenario.frozen import Line, RunCard


def check_reach(context: Context, forces: Forces, courses: Courses, happenings: Happenings, sites: Sites, travel: Travel) -> None:
    """Add a finding for every place and need that too few teams have a way to, with all roads open."""
    names = {code: name for name, code in forces.capabilities.items()}
    weather = str(context.file.weather.condition)
    for (site, course), path in sorted(happenings.demands.items()):
        for line in courses.courses[course].lines:
            reaching, able = _reaching(forces, travel, line, site, weather)
            if reaching < (min(line.count, able) if not line.measure else 1):
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


def check_cards(context: Context, forces: Forces, courses: Courses, happenings: Happenings, cards: tuple[RunCard, ...]) -> None:
    """Add a finding for every need that no run card can fill, where run cards are the only policy."""
    names = {code: name for name, code in forces.capabilities.items()}
    for (site, number), path in sorted(happenings.demands.items()):
        course = courses.courses[number]
        card = next((c for c in cards if (not c.kinds or course.kind in c.kinds) and (not c.sites or site in c.sites)), None)
        on_card = [forces.teams[team] for team in card.teams] if card is not None else []
        for line in course.lines:
            if sum(line.capability in team.capabilities for team in on_card) < line.count:
                wanted = names[line.capability]
                what = Words(
                    f"no run card has {line.count} teams for '{wanted}' here", f"此处没有出动卡能派出 {line.count} 组“{wanted}”"
                )
                remedy = Words(
                    "add teams to a card, or a second policy such as nearest_idle",
                    "给出动卡补上队伍,或在策略后再写一项,如“就近空闲”",
                )
                context.add("no-run-card", what, remedy, *path)
