"""Put the compiled parts together, with the checks that need all of them."""

from __future__ import annotations

import copy
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Words, did_you_mean
from sim.network.extra import AddedRoad, add_roads, straight_m
from sim.network.service import compile_travel
from sim.scenario.command import Command, Standard
from sim.scenario.compiling.aid import MutualAid
from sim.scenario.compiling.courses import Courses
from sim.scenario.compiling.cover import Cover
from sim.scenario.compiling.depots import Depots
from sim.scenario.compiling.forces import Forces, speed_table
from sim.scenario.compiling.goods import Goods
from sim.scenario.compiling.happenings import Happenings, run_cards
from sim.scenario.compiling.measured import MeasuredTimes
from sim.scenario.compiling.packages import may_order
from sim.scenario.compiling.places import Sites
from sim.scenario.compiling.plans import Plans
from sim.scenario.compiling.posts import Posts
from sim.scenario.compiling.reach import check_cards, check_reach
from sim.scenario.compiling.roads import RoadWorks, border_delays, open_network, settings
from sim.scenario.compiling.supplies import SupplySide
from sim.scenario.compiling.supply_checks import SupplyChecks
from sim.scenario.frozen import SIGNALS, Assumption, Objective, Scenario
from sim.scenario.known import POLICIES
from sim.scenario.metric_names import SHARE, metric_examples, parse_metric, split, supply_arguments
from sim.units import KMH

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from sim.errors import Language
    from sim.network.graph import RoadGraph
    from sim.network.load import Network
    from sim.network.speeds import SpeedTable
    from sim.network.states import Effect
    from sim.network.trips import Measured, Travel
    from sim.scenario.compiling.context import Context
    from sim.scenario.metric_names import Argument
    from sim.scenario.supplies import Supplies

DETOUR = 1.3
"""Length of an added road over its straight line, where none is written."""
ASSUMED = ("假定", "assumed", "assumption")


def assemble(context: Context, tree: dict[str, Any], language: Language) -> Scenario:
    """Compile a validated file.

    Raises
    ------
    InputError
        With every finding, if any of them is an error. Warnings of a good file stay in ``context.findings``.
    """
    file = context.file
    start, ends = _span(context)
    network, line = open_network(context)
    sites = Sites(context, network, known=network is not None or line is not None)
    capabilities: dict[str, int] = {}
    speeds = speed_table(context)
    posts = Posts(context, sites)
    goods, depots = Goods(context), Depots(context, sites, posts)
    forces = Forces(context, sites, posts, speeds, capabilities, goods)
    cover = Cover(context, sites, forces, context.moment)
    standards = cover.standards()
    aid = MutualAid(context, posts, forces, standards)
    plans = Plans(context, posts)
    side = SupplySide(context, sites, goods, depots, forces, aid)
    courses = Courses(context, forces, aid, plans, side.needs, capabilities)
    happenings = Happenings(context, sites, forces, courses, ends)
    plans.check_kinds()
    cards = run_cards(context, sites, forces)
    policies, supplies = _policies(context), side.compiled()
    objectives = _objectives(context, capabilities, forces, _others(context, aid, plans, standards, supplies))
    graph = _with_extra_roads(context, sites, None if network is None else network.graph)
    works = RoadWorks(context, sites, forces, happenings, graph, speeds)
    measured = MeasuredTimes(context, sites, speeds).all()
    command = _command(context, posts, forces, aid, plans, cover, standards)
    travel = _travel(context, line or graph or (network and network.matrix), sites, works.effects, measured, speeds)
    checks = SupplyChecks(context, side, courses)
    checks.held()
    checks.loads()
    if travel is not None:
        check_reach(context, forces, courses, happenings, sites, travel)
        checks.ways(happenings, travel)
        if set(policies) == {"run_card"}:
            check_cards(context, forces, courses, happenings, cards)
    if not (file.incidents or file.incident_tables or file.sources):
        what = Words("nothing happens in this scenario", "情景里没有任何事件")
        context.add("no-incident", what, Words("write incidents: […]", "请写 突发事件: […]"), "incidents")
    _distinct_items(context, capabilities, command)
    context.stop_if_wrong()
    assert travel is not None
    resolved = _resolved(context, tree)
    network_hash = _network_hash(network, graph)
    return Scenario(
        name=file.name, question=file.question, mode="drill" if str(file.mode) == "drill" else "plan", language=language,
        start=start, ends=ends, warm_up=round(file.warm_up.planned), replications=file.replications, seed=file.seed,
        weather=str(file.weather.condition), capabilities=tuple(capabilities), sites=tuple(sites.sites),
        teams=(*forces.teams, *side.fleets.trucks), hospitals=tuple(dict.fromkeys(forces.hospitals.values())),
        courses=tuple(courses.courses),
        planned=happenings.planned, recorded=happenings.recorded, sources=happenings.sources, run_cards=cards,
        road_events=works.events, policies=policies, queue=file.dispatch.queue,
        thresholds=tuple(round(threshold.planned) for threshold in file.thresholds), objectives=objectives,
        assumptions=tuple(_assumptions(context, tree)), notices=() if network is None else tuple(network.notices),
        travel=travel, resolved=resolved, network_hash=network_hash,
        places=() if network is None else tuple(network.places), command=command, supplies=supplies,
        digest=sha256(f"{resolved}\n{network_hash}\n{_tables_hash(context)}".encode()).hexdigest(),
    )  # fmt: skip


def _span(context: Context) -> tuple[dt.datetime, int | None]:
    """Return the start, and the end in ms after it; a warm-up that takes all of it is a finding.

    Raises
    ------
    InputError
        If the start has no date: nothing can be placed in time.
    """
    file = context.file
    if file.start.date is None:
        what = Words(f"the start '{file.start.text}' has no date", f"开始“{file.start.text}”没有日期")
        context.add("no-date", what, Words("write for example 2026-11-24 09:30", "例如 2026-11-24 09:30"), "start")
        context.stop_if_wrong()
        raise AssertionError
    ends = None if file.end is None else file.end.ticks(file.start.date)
    if ends is not None and (ends <= 0 or (file.end is not None and file.end.wraps(file.start.date))):
        what = Words("the end is not after the start", "结束不在开始之后")
        remedy = Words("correct one of the two; for the next day write 'day 2 08:00'", "改正其一;若指次日,请写“次日 08:00”")
        context.add("end-before-start", what, remedy, "end")
    if ends is not None and file.warm_up.planned >= ends > 0:
        what = Words("the warm-up lasts as long as the scenario, so nothing is counted", "预热与情景一样长,什么也不会计入")
        context.add("warm-up", what, Words("shorten it", "请缩短预热"), "warm_up")
    return file.start.date, ends


def _command(
    context: Context, posts: Posts, forces: Forces, aid: MutualAid, plans: Plans, cover: Cover, standards: dict[str, Standard]
) -> Command:
    """Put together what command and mutual aid need; who may order whom is worked out once."""
    teams, file = forces.teams, context.file
    anybody = frozenset(team.index for team in teams)
    unlent = frozenset(team.index for team in teams if team.lender < 0)
    orderable = tuple(
        frozenset(team.index for team in teams if may_order(post, team))
        for post in range(len(posts.posts))
    )
    return Command(
        regions=tuple(posts.regions), posts=tuple(posts.posts), levels=tuple(plans.levels), reports=tuple(plans.reports),
        signals=tuple(plans.signals), agreements=tuple(aid.agreements), channels=tuple(aid.channels.values()),
        lenders=tuple(aid.lenders), ask_all=str(file.mutual_aid.ask) == "all_at_once",
        warnings=cover.warnings(), radio=cover.radio(), standards=tuple(standards.values()), move_up=cover.move_up(standards),
        retarget=None if file.dispatch.retarget is None else round(file.dispatch.retarget.planned),
        orderable=tuple(None if allowed == anybody else allowed for allowed in orderable),
        unlent=None if unlent == anybody else unlent,
    )  # fmt: skip


def _distinct_items(context: Context, capabilities: dict[str, int], command: Command) -> None:
    """Check that what the log's item column names can be told apart: capabilities, road events, levels and so on."""
    taken = {**dict.fromkeys(SIGNALS, Words("a signal", "态势")), **dict.fromkeys(capabilities, Words("a capability", "能力"))}
    for name in set(capabilities) & set(SIGNALS):
        what = Words(f"'{name}' is the name of a signal, not of a capability", f"“{name}”是态势的名称,不能作能力")
        context.add("duplicate-id", what, Words("call the capability something else", "给能力换个名称"), "teams")
    roads = {event.id: Words("a road event", "路况") for event in context.file.road_events}
    named = taken | roads
    _distinct_names(context, named, command)
    _distinct_goods(context, named)
    for position, event in enumerate(context.file.road_events):
        if event.id in taken:
            other = taken[event.id]
            what = Words(f"'{event.id}' is also {other.en}", f"“{event.id}”也是{other.zh}的名称")
            context.add(
                "duplicate-id", what, Words("give the road event another id", "给路况换个编号"), "road_events", position, "id"
            )


def _distinct_names(context: Context, taken: dict[str, Words], command: Command) -> None:
    """Check that levels, report lines, own amounts, radio gaps and warnings have names of their own in the log."""
    groups = (
        (command.levels, Words("a response level", "响应级别"), "plans"),
        (command.reports, Words("a report line", "报告线"), "incidents"),
        (command.signals, Words("an amount of an incident", "态势数值"), "incidents"),
        (tuple(gap.id for gap in command.radio), Words("a radio gap", "通信盲区"), "radio"),
        (tuple(warning.id for warning in command.warnings), Words("a warning", "预警"), "warnings"),
    )  # fmt: skip
    for names, what, section in groups:
        for name in names:
            other = taken.setdefault(name, what)
            if other is not what:
                found = Words(f"'{name}' is both {other.en} and {what.en}", f"“{name}”既是{other.zh}又是{what.zh}的名称")
                context.add("duplicate-id", found, Words("give one of them another name", "给其中一个换个名称"), section)


def _distinct_goods(context: Context, taken: dict[str, Words]) -> None:
    """Check that items and sets have names of their own in the log."""
    for section, what in (("items", Words("an item of supplies", "物资")), ("sets", Words("a set", "成套"))):
        for position, entry in enumerate(getattr(context.file, section)):
            other = taken.setdefault(entry.id, what)
            if other is not what:
                found = Words(f"'{entry.id}' is both {other.en} and {what.en}", f"“{entry.id}”既是{other.zh}又是{what.zh}的名称")
                remedy = Words("give one of them another id", "给其中一个换个编号")
                context.add("duplicate-id", found, remedy, section, position, "id")


def _policies(context: Context) -> tuple[str, ...]:
    by_word = {zh: name for name, zh in POLICIES.items()}
    names = []
    for position, word in enumerate(context.file.dispatch.policy):
        name = by_word.get(word, word)
        if name not in POLICIES:
            known = [*POLICIES, *by_word]
            context.unknown(Words("dispatch policy", "调派策略"), word, known, "dispatch", "policy", position)
        if name == "run_card" and not context.file.run_cards:
            what = Words("the policy is run cards, but there are none", "策略是出动卡,但没有写出动卡")
            context.add("no-run-card", what, Words("write run_cards: […]", "请写 出动卡: […]"), "dispatch", "policy", position)
        names.append(name)
    return tuple(names)


def _others(
    context: Context, aid: MutualAid, plans: Plans, standards: dict[str, Standard], supplies: Supplies
) -> dict[Argument, dict[str, str]]:
    """Return what else metrics may be told for: id → name."""
    governments = {
        f"{plan.id}/{level.level}": f"{plans.posts.name_of(plan.government)}{level.level}"
        for plan in context.file.plans
        for level in plan.levels
    }
    return {
        "standard": {standard.id: standard.name for standard in standards.values()},
        "lender": {lender.id: lender.name for lender in aid.lenders},
        "level": {name: governments.get(name, name) for name in plans.levels},
        "report": plans.report_names,
        **supply_arguments(supplies),
    }


def _objectives(
    context: Context, capabilities: dict[str, int], forces: Forces, others: dict[Argument, dict[str, str]]
) -> tuple[Objective, ...]:
    found = []
    for position, entry in enumerate(context.file.objectives):
        path = ("objectives", position)
        metric = parse_metric(entry.metric, tuple(capabilities), tuple(team.id for team in forces.teams), others)
        if metric is None:
            what = Words(f"there is no metric '{entry.metric}'", f"没有“{entry.metric}”这个指标")
            examples = metric_examples(tuple(capabilities), (), others)
            context.add("unknown-metric", what, did_you_mean(entry.metric, examples), *path, "metric")
            continue
        if (entry.at_most is None) == (entry.at_least is None):
            what = Words("an objective has either a most or a least", "目标须写“不超过”或“不少于”之一")
            context.add("contradiction", what, Words("write at_most: … or at_least: …", "请写其中之一"), *path)
        at_most = None if entry.at_most is None else round(entry.at_most.planned)
        at_least = None if entry.at_least is None else entry.at_least.planned
        family = split(metric)[0]
        if (at_most is not None) != family.is_duration and (at_least is not None) == family.is_duration:
            what = Words(f"'{entry.metric}' is no time: it can only be 'at_least'", f"“{entry.metric}”不是时间,只能写“不少于”")
            if family.is_duration:
                what = Words(f"'{entry.metric}' is a time: it can only be 'at_most'", f"“{entry.metric}”是时间,只能写“不超过”")
            context.add("contradiction", what, Words("write the other bound", "请改写另一种"), *path)
        elif at_least is not None and family.unit == SHARE and at_least > 1:
            what = Words(f"a share of {at_least:g} is more than all", f"比例 {at_least:g} 超过了全部")
            context.add("out-of-range", what, Words("write for example 0.9 or 90 %", "例如 0.9 或 90 %"), *path, "at_least")
        found.append(Objective(metric, at_most, at_least, entry.basis))
    return tuple(found)


def _with_extra_roads(context: Context, sites: Sites, graph: RoadGraph | None) -> RoadGraph | None:
    roads = []
    for position, entry in enumerate(context.file.extra_roads):
        path = ("extra_roads", position)
        begin = sites.find(entry.begin, entry.begin, *path, "begin")
        end = sites.find(entry.end, entry.end, *path, "end")
        if graph is None:
            what = Words("roads can only be added to a road network", "只有道路路网才能增补道路")
            context.add("closure-needs-roads", what, Words("use measured_times instead", "请改用 行车时间实测"), *path)
        elif begin is not None and end is not None:
            a, b = ((sites.sites[site].x, sites.sites[site].y) for site in (begin, end))
            straight = straight_m(a, b, projected=graph.projected)
            length = straight * DETOUR if entry.length is None else entry.length.planned
            if length < straight * 0.99:
                what = Words(f"the road is shorter ({length / 1000:.1f} km) than the straight line ({straight / 1000:.1f} km)",
                             f"道路({length / 1000:.1f} km)比直线({straight / 1000:.1f} km)还短")  # fmt: skip
                context.add("bad-length", what, Words("correct the length or the ends", "请改正长度或两端"), *path, "length")
            roads.append(AddedRoad(a, b, length, str(entry.road_class), entry.one_way, entry.name))
    return add_roads(graph, roads) if graph is not None and roads else graph


def _travel(
    context: Context, form: Any, sites: Sites, effects: list[Effect], measured: tuple[Measured, ...], speeds: SpeedTable
) -> Travel | None:
    roads = settings(context)
    borders = border_delays(context, form if hasattr(form, "region") else None)
    if form is None:
        return None
    try:
        return compile_travel(
            form, sites.travel_sites, effects=effects, measured=measured, speeds=speeds,
            border_ms=borders, tolerance_m=roads.tolerance.planned,
            access_kmh=roads.access_speed.planned * KMH,
        )  # fmt: skip
    except InputError as error:
        context.take(error)
        return None


def _assumptions(context: Context, tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[Assumption]:
    """Yield every part of the file that is marked as assumed, with its file and line."""
    if isinstance(tree, dict):
        source = tree.get("source")
        if isinstance(source, str) and any(word in source.lower() for word in ASSUMED):
            mark = context.where(*path)
            label = "/".join(str(part) for part in path if not isinstance(part, int)) or "scenario"
            value = tree.get("name") or tree.get("id") or tree.get("item") or (path[-1] if path else context.file.name)
            yield Assumption(label, str(value), mark.file, mark.line or 0)
        for key, value in tree.items():
            yield from _assumptions(context, value, (*path, key))
    elif isinstance(tree, list):
        for position, value in enumerate(tree):
            yield from _assumptions(context, value, (*path, position))


def _resolved(context: Context, tree: dict[str, Any]) -> str:
    """Return the whole scenario as one YAML text with English keys: includes and overlays done, paths from the project root."""
    import yaml

    kept = copy.deepcopy({key: value for key, value in tree.items() if key not in ("include", "extends")})
    for path, file in context.found.items():
        holder: Any = kept
        for step in path[:-1]:
            holder = holder[step]
        shown = file.relative_to(context.root.resolve()).as_posix()
        if isinstance(holder[path[-1]], dict):
            holder[path[-1]]["file"] = shown
        else:
            holder[path[-1]] = shown
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(kept, Dumper=dumper, allow_unicode=True, sort_keys=False, width=120)
    return text


def _network_hash(network: Network | None, graph: RoadGraph | None) -> str:
    if network is None:
        return "straight line"
    if graph is not None and graph is not network.graph:
        return sha256(f"{network.content_hash}+{graph.content_hash}".encode()).hexdigest()
    return str(network.content_hash)


def _tables_hash(context: Context) -> str:
    """Return a hash of the tables that the scenario reads beside its own text."""
    digest = sha256()
    for file in context.tables:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()
