"""``run_scenario.py network DIR``: what is in a road network, and what a closure takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.doors import guarded, language_or, refuse
from sim.errors import InputError, Language

if TYPE_CHECKING:
    from sim.network.graph import RoadGraph


@click.command("network")
@click.argument("network", type=click.Path(path_type=Path))
@click.option(
    "--show",
    "scenario",
    type=click.Path(path_type=Path),
    help="列出该情景的路况占用哪些道路 (roads that a scenario's closures take)",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="语言 language")
@guarded
def command(network: Path, scenario: Path | None, lang: str | None) -> None:
    """查看路网:规模、连通、等级、孤立部分。Inspect a network: counts, components, classes, what is cut off."""
    from sim.network.inspect import describe, render
    from sim.network.load import load_network

    language = language_or("zh", lang)
    click.echo(render(describe(load_network(network)), language))
    if scenario is not None:
        _show_closures(scenario, language)


def _show_closures(path: Path, language: Language) -> None:
    """List the roads that each road event of a scenario takes."""
    from sim.network.closures import closed_roads
    from sim.network.speeds import CLASS_WORDS
    from sim.scenario.load import check_scenario

    scenario, findings, found = check_scenario(path)
    if scenario is None:
        refuse(InputError(findings, found), language)
    graph: RoadGraph | None = getattr(scenario.travel, "graph", None)
    if graph is None:
        said = {"zh": "该情景的路网没有道路。", "en": "The network of this scenario has no roads."}
        click.echo(said[language])
        return
    for event in scenario.road_events:
        roads = closed_roads(graph, scenario.travel.effects[event.effect])
        total = sum(road.km for road in roads)
        said = {"zh": f"{event.name}:{len(roads)} 段,{total:.1f} km", "en": f"{event.name}: {len(roads)} roads, {total:.1f} km"}
        click.echo("\n" + said[language])
        for road in roads:
            ends = (graph.node_id[graph.edge_start[road.edge]], graph.node_id[graph.edge_end[road.edge]])
            words = CLASS_WORDS[road.road_class].say(language)
            click.echo(f"  {ends[0]} – {ends[1]}  {words}  {road.km:.2f} km  {road.name}".rstrip())
