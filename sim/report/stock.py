"""Stocks over clock time, a panel an item: whose they are, when they run out, what comes in, what is on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.stock import Changes, changes_of, moves_of
from sim.analysis.supplies import dry_spans
from sim.analysis.supply_needs import Wants
from sim.analysis.supply_words import say_units
from sim.errors import Words
from sim.log import Account, Kind
from sim.report.legend import Foot, legend_below
from sim.report.panels import WIDTH, arranged, finish, note_at, panel_rows, right_end
from sim.report.style import INK, SERIES, SOFT, TARGET, heading, note_no_data, safe
from sim.report.supply_data import horizon
from sim.report.supply_spread import at_moments
from sim.report.text import columns, entry
from sim.scenario.supplies import MILLI
from sim.units import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.analysis.replication import Replication
    from sim.analysis.stock import Moves
    from sim.errors import Language
    from sim.report.supply_spread import Band
    from sim.report.view import View

MOST_ITEMS = 6
_MOST_OWNERS = 5
_NAMED = 30
"""Items that are named below the panels."""
_OUT_OF_BOUNDS, _ON_THE_WAY, _OTHERS = "#e4e4e4", "#bdbdbd", "#7f8c8d"
_TALL, _ONE_ROW_TALL = 1.3, 2.0
_LINE = 0.19
"""Inches of a line of text below."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What belongs to one owner (or is on the way), from each moment of its panel on (units)."""

    owner: str
    kind: str
    """``barred`` (may not be touched), ``own`` (may be used), ``way`` (on vehicles, and on the scene not yet used)."""
    amounts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class StockPanel:
    """The stock of one item."""

    item: str
    unit: str
    moments: tuple[int, ...]
    layers: tuple[Layer, ...]
    out: int | None
    """When the stores that may be used had nothing left, for the first time; None: never, or never anything."""
    left: float
    """What they have at the end."""
    came_in: tuple[int, ...]
    """Moments at which new, made or refitted goods came into a store."""
    received: tuple[int, ...]
    """Moments at which goods were received at a scene."""
    dry: tuple[tuple[int, int], ...]
    """Spans in which a task stood dry of it."""
    band: Band | None = None

    @property
    def stored(self) -> tuple[float, ...]:
        """Return what lies in the stores that may be used, from each moment on."""
        own = [layer.amounts for layer in self.layers if layer.kind == "own"]
        return tuple(sum(amounts) for amounts in zip(*own, strict=True)) if own else (0.0,) * len(self.moments)


@dataclass(frozen=True, slots=True)
class StockData:
    """The panels, and in words what has none."""

    panels: tuple[StockPanel, ...]
    moved: tuple[str, ...]
    """Items that moved too, with what is left of them."""
    untouched: tuple[str, ...]
    """Items that lay where they were."""
    end: int
    owners: tuple[str, ...] = ()
    """Owners in the order of the scenario: so that variants of one scenario show each in the same colour."""


def stock_data(view: View) -> StockData:
    """Return the stocks of the first replication: the items that tell most, at most six of them."""
    first = view.first
    if first is None or not view.scenario.supplies.items:
        return StockData((), (), (), 1)
    end, moves, items = right_end(horizon(first)), moves_of(view.scenario, first.log), view.scenario.supplies.items
    ranked, spread = _ranked(first, moves, end), view.supply_spread
    panels = [_panel(first, moves, item, end, None if spread is None else spread.stock.get(item)) for item in ranked[:MOST_ITEMS]]
    held = {item: amount for item, amount in _opening(moves).items() if amount > 0}
    rest = [_panel(first, moves, item, end, None) for item in ranked[MOST_ITEMS:]]
    still = [item for item in held if item not in ranked]
    return StockData(
        tuple(panels), tuple(f"{one.item} {say_units(one.left)} {one.unit}".rstrip() for one in rest),
        tuple(f"{items[item].name} {say_units(held[item] / MILLI)} {items[item].unit}".rstrip() for item in still), end,
        tuple(dict.fromkeys(store.owner for store in view.scenario.supplies.stores)),
    )  # fmt: skip


def _opening(moves: Moves) -> dict[int, int]:
    at_first: dict[int, int] = {}
    for item, amount in zip(moves.item[moves.row < 0].tolist(), moves.amount[moves.row < 0].tolist(), strict=True):
        at_first[item] = at_first.get(item, 0) + amount
    return dict(sorted(at_first.items()))


def _ranked(first: Replication, moves: Moves, end: int) -> list[int]:
    """Return the items that moved: what was short first, then what stood dry, ran out, or fell lowest."""
    wants = Wants(first)
    missing, wanted = (np.bincount(wants.item, weights=weights, minlength=len(first.scenario.supplies.items)) for weights in (
        wants.missing_at(wants.held_against), wants.asks.total()))  # fmt: skip
    dry = {span.item for span in dry_spans(first)}
    moved = np.unique(moves.item[(moves.row >= 0) & (moves.time <= end)]).tolist()
    found = []
    for item in moved:
        _, stored = _running(_of(moves, item, Account.DEPOT, _usable(first)), end)
        most = max(stored, default=0.0)
        left = min(stored, default=0.0) / most if most else 1.0
        found.append((-missing[item] / max(wanted[item], 1.0), item not in dry, not wanted[item], left, item))
    return [item for *_, item in sorted(found)]


def _usable(first: Replication) -> list[int]:
    return [store.index for store in first.scenario.supplies.stores if store.usable]


def _of(moves: Moves, item: int, account: Account, owners: Sequence[int] | None = None) -> Changes:
    changes = changes_of(moves, account)
    chosen = changes.item == item
    return changes.only(chosen if owners is None else chosen & np.isin(changes.owner, owners))


def _running(changes: Changes, end: int) -> tuple[list[int], list[float]]:
    """Return the sum of changes over time: at each moment what holds after it (units)."""
    kept = changes.only(changes.time <= end)
    total = np.cumsum(kept.amount) / MILLI
    last = np.append(kept.time[1:] != kept.time[:-1], True)[: len(kept.time)]
    return kept.time[last].tolist(), total[last].tolist()


def _panel(first: Replication, moves: Moves, item: int, end: int, band: Band | None) -> StockPanel:
    log, thing = first.log, first.scenario.supplies.items[item]
    parts = [(owner, kind, _running(changes, end)) for owner, kind, changes in _parts(first, moves, item, end)]
    moments = np.unique(np.array([0, *(moment for _, _, (times, _) in parts for moment in times)], dtype=np.int64))
    layers = tuple(
        Layer(owner, kind, tuple(at_moments(np.array(times, dtype=np.int64), np.array(amounts), moments).tolist()))
        for owner, kind, (times, amounts) in parts
    )
    stored = np.array([layer.amounts for layer in layers if layer.kind == "own"]).reshape(-1, len(moments)).sum(axis=0)
    empty = np.flatnonzero((stored <= 0) & (np.maximum.accumulate(stored) > 0))

    def when(*kinds: Kind) -> tuple[int, ...]:
        rows = np.concatenate([log.of(kind) for kind in kinds])
        rows = rows[log.column("item", rows) - first.scenario.first_item == item]
        return tuple(moment for moment in np.unique(log.column("time", rows)).tolist() if moment <= end)

    return StockPanel(
        thing.name, thing.unit, tuple(moments.tolist()), layers, int(moments[empty[0]]) if len(empty) else None,
        float(stored[-1]), when(Kind.STOCK_RESTOCKED, Kind.STOCK_MADE, Kind.STOCK_REFITTED), when(Kind.STOCK_DELIVERED),
        tuple((span.begins, span.ends) for span in dry_spans(first) if span.item == item), band,
    )  # fmt: skip


def _parts(first: Replication, moves: Moves, item: int, end: int) -> Iterator[tuple[str, str, Changes]]:
    """Yield what may not be touched, what else lies in stores by owner, those with most first, what is on the way or the scene.

    Of what vehicles carry, only what is aboard those that load, unload or work in this run.
    """
    opening, stores = _of(moves, item, Account.DEPOT), first.scenario.supplies.stores
    owners: dict[tuple[bool, str], list[int]] = {}
    for number in dict.fromkeys(opening.owner.tolist()):
        owners.setdefault((not stores[number].usable, stores[number].owner), []).append(number)
    at_first = opening.only(opening.row < 0)
    most = {key: int(at_first.amount[np.isin(at_first.owner, numbers)].sum()) for key, numbers in owners.items()}
    for barred, owner in sorted(owners, key=lambda key: (not key[0], -most[key])):
        yield owner, "barred" if barred else "own", _of(moves, item, Account.DEPOT, owners[barred, owner])
    aboard, scene = (_of(moves, item, account) for account in (Account.VEHICLE, Account.SCENE))
    took_part = np.unique(aboard.owner[(aboard.row >= 0) & (aboard.time <= end)])
    away = [aboard.only(np.isin(aboard.owner, took_part)), scene]
    both = Changes(*(np.concatenate(pair) for pair in zip(*away, strict=True)))
    order = np.argsort(both.row, kind="stable")
    yield "", "way", Changes(*(column[order] for column in both))


# ---- drawing


def draw_stock(figure: Figure, data: StockData, *, language: Language, title: str, note: str, start: dt.datetime) -> None:
    """Draw a panel an item over the whole figure; what has none is named below. `title` and `note` are already `safe`."""
    colours = _colours(data)
    said = _said(data, language)
    foot = Foot(figure, _handles(data, colours, language), WIDTH)
    low = foot.height + len(said) * _LINE
    rows = arranged(len(data.panels))
    axes = panel_rows(figure, [(across, _ONE_ROW_TALL if len(rows) == 1 else _TALL) for across in rows], low)
    if not axes:
        figure.set_size_inches(WIDTH, 4)
        note_no_data(figure, Words("no stock moved", "没有动用任何物资"), language)
    heading(figure, title, note)
    every = [(one, len(row)) for row in axes for one in row]
    for (panel, across), one in zip(every, data.panels, strict=False):
        _draw(panel, one, colours, data.end, language, start, across)
    for panel, _ in every[len(data.panels) :]:
        panel.remove()
    tall = float(figure.get_size_inches()[1])
    for number, line in enumerate(said):
        figure.text(0.02, (low - 0.02 - number * _LINE) / tall, line, fontsize=8, color=SOFT, ha="left", va="top")
    if axes:
        legend_below(figure, foot)


def _draw(
    axes: Axes, one: StockPanel, colours: dict[str, str], end: int, language: Language, start: dt.datetime, across: int
) -> None:  # fmt: skip
    for begins, ends in one.dry:
        axes.axvspan(begins, min(ends, end), color="#f6d7d3", linewidth=0, zorder=0.5, gid="dry")
    top = _bands(axes, one) if one.band is not None else _stacked(axes, one, colours, end)
    finish(axes, max(top, 1e-9) * 1.22, end, start, language, across)
    high = axes.get_ylim()[1]
    axes.plot(one.received, [0.045 * high] * len(one.received), linestyle="none", marker="v", color=INK, markersize=3.6,
              clip_on=False, zorder=5, gid="received")  # fmt: skip
    axes.plot(one.came_in, [0.94 * high] * len(one.came_in), linestyle="none", marker="^", color=SERIES[2], markersize=4.5,
              zorder=5, gid="came-in")  # fmt: skip
    unit = f"({safe(one.unit, 8)})" if one.unit else ""
    axes.set_title(f"{safe(one.item, 30 if across < 3 else 20)} {unit}".rstrip(), loc="left", fontsize=9.5)
    if one.out is not None:
        axes.axvline(one.out, color=TARGET, linewidth=1.1, zorder=4, gid="out")
        said = f"{clock(one.out, start)} 库存用尽" if language == "zh" else f"stores empty {clock(one.out, start)}"
        note_at(axes, one.out, end, said, TARGET, 0.82)
    left = f"{say_units(one.left)} {safe(one.unit, 8)}".rstrip()
    axes.set_title(f"可动用余 {left}" if language == "zh" else f"left to use {left}", loc="right", fontsize=8.5,
                   color=SOFT if one.left else TARGET)  # fmt: skip


def _stacked(axes: Axes, one: StockPanel, colours: dict[str, str], end: int) -> float:
    """Draw the layers one above the other; return how high they reach."""
    moments = [*one.moments, max(end, one.moments[-1])]
    below = np.zeros(len(moments))
    for layer in one.layers:
        above = below + np.array([*layer.amounts, layer.amounts[-1]])
        colour, hatch = _look(layer, colours)
        axes.fill_between(moments, below, above, step="post", facecolor=colour, edgecolor="#8a8a8a" if hatch else "white",
                          hatch=hatch, linewidth=0.3, gid=f"layer-{layer.kind}")  # fmt: skip
        below = above
    stored = np.array([layer.amounts for layer in one.layers if layer.kind != "way"]).sum(axis=0)
    axes.step(moments, [*stored, stored[-1]], where="post", color=INK, linewidth=1.1, zorder=3, gid="stored")
    return float(below.max(initial=0.0))


def _bands(axes: Axes, one: StockPanel) -> float:
    assert one.band is not None
    band = one.band
    axes.fill_between(band.moments, band.low, band.high, step="post", color=SERIES[0], alpha=0.25, linewidth=0, gid="band")
    axes.step(band.moments, band.middle, where="post", color=SERIES[0], linewidth=1.8, gid="middle")
    axes.step([*one.moments], [*one.stored], where="post", color=INK, linewidth=1.0, linestyle=(0, (1, 1)), gid="stored")
    return max(*band.high, *one.stored)


def _look(layer: Layer, colours: dict[str, str]) -> tuple[str, str]:
    if layer.kind == "way":
        return _ON_THE_WAY, "..."
    if layer.kind == "barred":
        return _OUT_OF_BOUNDS, "////"
    return colours.get(layer.owner, _OTHERS), ""


def _colours(data: StockData) -> dict[str, str]:
    """Return the colour of each owner, the same in every panel; beyond some owners, none."""
    shown = {layer.owner for one in data.panels for layer in one.layers if layer.kind == "own"}
    owners = [owner for owner in data.owners if owner in shown]
    return dict(zip(owners[:_MOST_OWNERS], (SERIES[0], SERIES[5], SERIES[4], SERIES[3], SERIES[6]), strict=False))


def _handles(data: StockData, colours: dict[str, str], language: Language) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    zh, found = language == "zh", list[Any]()
    stacked = [layer for one in data.panels if one.band is None for layer in one.layers if any(layer.amounts)]
    kinds = {layer.kind for layer in stacked}
    for owner in dict.fromkeys(layer.owner for layer in stacked if layer.kind == "own"):
        if owner in colours:
            found.append(Patch(facecolor=colours[owner], label=entry(owner, 22) if owner else ("权属未写" if zh else "no owner")))
    if any(layer.kind == "own" and layer.owner not in colours for layer in stacked):
        found.append(Patch(facecolor=_OTHERS, label="其他权属" if zh else "other owners"))
    if "barred" in kinds:
        found.append(Patch(facecolor=_OUT_OF_BOUNDS, hatch="////", edgecolor="#8a8a8a", linewidth=0.3,
                           label="本情景不得动用" if zh else "may not be touched here"))  # fmt: skip
    if "way" in kinds:
        found.append(Patch(facecolor=_ON_THE_WAY, hatch="...", edgecolor="#8a8a8a", linewidth=0.3,
                           label="车上和现场(未用)" if zh else "on vehicles and on the scene, not used"))  # fmt: skip
    if any(one.band for one in data.panels):
        said = "十次中有八次的范围(p10–p90)" if zh else "eight replications in ten (p10–p90)"
        found.append(Patch(color=SERIES[0], alpha=0.25, linewidth=0, label=said))
        found.append(Line2D([], [], color=SERIES[0], linewidth=1.8, label="各次的中位" if zh else "median of the replications"))
        said = "图示的一次" if zh else "the replication shown"
        found.append(Line2D([], [], color=INK, linewidth=1.0, linestyle=(0, (1, 1)), label=said))
    elif data.panels:
        found.append(Line2D([], [], color=INK, linewidth=1.1, label="库内合计" if zh else "all in stores"))
    if any(one.out is not None for one in data.panels):
        found.append(Line2D([], [], color=TARGET, linewidth=1.1, label="用尽" if zh else "run out"))
    if any(one.dry for one in data.panels):
        found.append(Patch(color="#f6d7d3", linewidth=0, label="作业断供" if zh else "a task stands dry"))
    for shown, marker, colour, words in (
        (any(one.received for one in data.panels), "v", INK, Words("comes to a scene", "到场")),
        (any(one.came_in for one in data.panels), "^", SERIES[2], Words("comes into a store", "入库(补货、生产、整备)")),
    ):
        if shown:
            found.append(Line2D([], [], linestyle="none", marker=marker, color=colour, markersize=5, label=words.say(language)))
    return found


def _said(data: StockData, language: Language) -> list[str]:
    """Return in words what has no panel, in lines that fit the figure."""
    zh, found = language == "zh", list[str]()
    for names, en, what in ((data.moved, "Also used, left", "另有动用,余"), (data.untouched, "Not touched", "未动用")):
        if not names:
            continue
        shown = [safe(name, 40) for name in names[:_NAMED]]
        more = len(names) - len(shown)
        if more:
            shown.append(f"另 {more} 种" if zh else f"{more} more")
        found += _wrapped(f"{what}:" if zh else f"{en}: ", shown, "、" if zh else ", ")
    return found


_COLUMNS = 172


def _wrapped(lead: str, parts: Sequence[str], between: str) -> list[str]:
    lines = [lead]
    for number, part in enumerate(parts):
        piece = part + (between if number < len(parts) - 1 else "")
        if columns(lines[-1] + piece) > _COLUMNS:
            lines.append("      ")
        lines[-1] += piece
    return lines
