"""Cover over time: the share within each standard, and the places that are left without, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.cover import cover_steps, gaps
from sim.analysis.levels import Window
from sim.analysis.rounding import say_minutes
from sim.errors import Words
from sim.report.lanes import Bar, Curve, Lane, Look, Section
from sim.report.lanes_draw import draw_sections
from sim.report.text import plain, shorten
from sim.units import MINUTE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from sim.analysis.cover import Steps
    from sim.errors import Language
    from sim.report.view import View
    from sim.scenario.command import Standard

MOST_STANDARDS, MOST_PLACES = 4, 12
_NAMED = 6
"""Places that are named where all are never covered."""
LOOKS: dict[str, Look] = {
    "none": Look(Words("nothing covered", "全无守备"), "#f1b8b1", "", 1.0, "#f1b8b1"),
    "gap": Look(Words("place without cover", "该点位无守备"), "#c0392b"),
}
"""Every kind of span, in the order of the legend."""


def cover_sections(view: View) -> tuple[Section, ...]:
    """Return a section for each standard of cover of the first replication; none where there are no standards."""
    first = view.first
    if first is None or not view.few or not view.scenario.command.standards:
        return ()
    window = Window(0, max(first.log.last, 1))
    standards = [standard for standard in view.scenario.command.standards if standard.sites]
    most = max(4, MOST_PLACES if len(standards) == 1 else 2 * MOST_PLACES // (len(standards) + 1))
    return tuple(_section(view, standard, window, most) for standard in standards[:MOST_STANDARDS])


def _section(view: View, standard: Standard, window: Window, most: int) -> Section:
    assert view.first is not None
    steps, zh = cover_steps(view.first, standard, window), view.language == "zh"
    what = ("按人口" if zh else "share of people") if standard.people else ("按点位" if zh else "share of places")
    least = f"{100 * float(steps.share.min()):.0f} %" if len(steps.share) else "—"
    low = f"最低 {least}" if zh else f"lowest {least}"
    title = f"{shorten(plain(standard.name), 60)} · {what} · {low}"
    moments, percent = tuple(steps.moments.tolist()), tuple((100 * steps.share).tolist())
    curve = Curve(moments, percent, window.ends, tuple(_bands(steps, len(standard.sites), window.ends)))
    pad = max(window.length // 100, MINUTE)
    return Section(title, tuple(_lanes(view, standard, window, most)), window.begins - pad, window.ends + pad, curve=curve)


def _bands(steps: Steps, places: int, ends: int) -> list[Bar]:
    """Return the spans in which nothing is covered; those that touch are one."""
    found = list[Bar]()
    until = [*steps.moments[1:].tolist(), ends]
    for begins, end, missing in zip(steps.moments.tolist(), until, steps.uncovered.tolist(), strict=True):
        if missing < places or begins >= end:
            continue
        if found and found[-1].ends == begins:
            found[-1] = found[-1]._replace(ends=end)
        else:
            found.append(Bar("none", begins, end))
    return found


def _lanes(view: View, standard: Standard, window: Window, most: int) -> list[Lane]:
    """Return the places that are not always covered, the longest without first; those never covered in one line."""
    assert view.first is not None
    sites, zh = view.scenario.sites, view.language == "zh"
    by_site: dict[int, list[Bar]] = {}
    for gap in gaps(view.first, standard, window):
        by_site.setdefault(gap.site, []).append(Bar("gap", gap.begins, gap.ends))
    total = {site: sum(bar.ends - bar.begins for bar in bars) for site, bars in by_site.items()}
    never = [site for site in by_site if total[site] >= window.length]
    order = sorted((site for site in by_site if site not in never), key=lambda site: -total[site])
    lanes = []
    for site in order[:most]:
        said = say_minutes(total[site] / MINUTE, view.language)
        lanes.append(Lane(shorten(plain(sites[site].name), 26), bars=tuple(by_site[site]), tail=said))
    left = len(order) - most
    if left > 0:
        lanes.append(Lane(f"… 另 {left} 处" if zh else f"… and {left} more places", head=True))
    if never:
        names = "、".join(shorten(plain(sites[site].name), 20) for site in never[:_NAMED])
        more = f"{names}{'…' if len(never) > _NAMED else ''}"
        said = f"始终不在标准内 {len(never)} 处:{more}" if zh else f"never within it, {len(never)} places: {more}"
        lanes.append(Lane(said, head=True))
    if not lanes:
        lanes.append(Lane("所有点位始终在标准内" if zh else "every place is always within it", head=True))
    return lanes


def draw_cover(
    figure: Figure, sections: Sequence[Section], *, language: Language, title: str, note: str, start: dt.datetime
) -> None:
    """Draw the sections of `cover_sections`. `title` and `note` are already `safe`."""
    draw_sections(figure, sections, LOOKS, language=language, title=title, note=note, start=start)
