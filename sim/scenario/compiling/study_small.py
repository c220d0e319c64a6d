"""Small changes of the marginal table: one more team, more of an item, a quicker link, as changes of a scenario's tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sim.errors import Words
from sim.scenario.node import with_marks
from sim.units import MINUTE, UnitError, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario.compiling.study_context import StudyContext
    from sim.scenario.node import Node
    from sim.scenario.schema.study import Small

    Tree = Mapping[str, Any]
    At = tuple[str | int, ...]

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*(.*?)\s*$")
_KINDS = {"team": "队伍", "depot": "储备点", "channel": "增援通道", "change": "改动"}
_BELONGS = {"team": ("add",), "depot": ("item", "add"), "channel": ("sooner",), "change": ()}
"""What each kind must have beside itself."""
_MAY = {"channel": ("post",)}
_PARTS = ("item", "add", "post", "sooner")


def small_patch(context: StudyContext, entry: Small, tree: Tree, at: At) -> Node | None:
    """Return a small change as a change of a scenario; None with a finding when it cannot be made.

    Parameters
    ----------
    tree
        Canonical tree of the scenario that it changes.
    at
        Place of the entry in the study file.
    """
    kind = kind_of(context, entry, at)
    if kind is None:
        return None
    if kind == "change":
        return context.change(*at, "change")
    make = {"team": _more_of_a_team, "depot": _more_of_an_item, "channel": _sooner}[kind]
    found = make(context, entry, tree, at)
    mark = context.where(*at)
    return None if found is None else with_marks(found, mark.file, mark.line or 1)


def kind_of(context: StudyContext, entry: Small, at: At) -> str | None:
    """Return which kind of change an entry writes; a finding is added unless it is exactly one, written in full."""
    written = [key for key in _KINDS if getattr(entry, key) is not None]
    if len(written) != 1:
        what = Words(f"a small change is one thing, here are {len(written)}", f"每一项小改动只改一处,这里写了 {len(written)} 处")
        remedy = Words(f"write one of {', '.join(_KINDS)}", f"请写 {'、'.join(_KINDS.values())} 之一")
        context.add("contradiction", what, remedy, *at)
        return None
    kind = written[0]
    missing = [key for key in _BELONGS[kind] if getattr(entry, key) is None]
    extra = [key for key in _PARTS if getattr(entry, key) is not None and key not in (*_BELONGS[kind], *_MAY.get(kind, ()))]
    zh = {name: str(info.json_schema_extra["zh"]) for name, info in type(entry).model_fields.items()}  # type: ignore[index]
    for key in missing:
        what = Words(f"'{kind}' needs '{key}'", f"写了“{zh[kind]}”还须写“{zh[key]}”")
        context.add("missing-key", what, Words(f"add '{key}: …'", f"请补上“{zh[key]}: …”"), *at)
    for key in extra:
        what = Words(f"'{key}' does not belong to '{kind}'", f"“{zh[key]}”与“{zh[kind]}”不能一起写")
        context.add("contradiction", what, Words("delete it", "请删去"), *at, key)
    return None if missing or extra else kind


def label(entry: Small, language: str) -> str:
    """Return what a small change is called when it has no name."""
    if entry.name:
        return entry.name
    zh = language == "zh"
    if entry.team is not None:
        return f"{entry.team} +{entry.add}"
    if entry.depot is not None:
        return f"{entry.depot} {entry.item} +{entry.add}"
    if entry.channel is not None and entry.sooner is not None:
        minutes = f"{entry.sooner.planned / MINUTE:g} {'分钟' if zh else 'min'}"
        return f"{entry.channel}{f' {entry.post}' if entry.post else ''} −{minutes}"
    return "改动" if zh else "change"


def _thing(context: StudyContext, tree: Tree, section: str, kind: Words, name: str, at: At) -> dict[str, Any] | None:
    things = tree.get(section) or []
    found = next((thing for thing in things if thing.get("id") == name), None)
    if found is None:
        context.unknown(kind, name, [str(thing.get("id")) for thing in things], *at)
    return found


def _amount(context: StudyContext, raw: object, unit: str, at: At) -> float | None:
    """Return how many more; a finding is added when it is no number, nothing, or in another unit than is kept."""
    match = _NUMBER.match(str(raw))
    if match is None or float(match[1]) == 0:
        what = Words(f"'{raw}' is not a number other than 0", f"“{raw}”不是 0 以外的数")
        context.add("quantity", what, Words("write for example 100", "例如 100"), *at)
        return None
    if match[2] and unit and match[2] != unit:
        what = Words(f"the unit is '{match[2]}', but the stock is in '{unit}'", f"单位是“{match[2]}”,库存却以“{unit}”计")
        context.add("quantity", what, Words(f"write it in '{unit}'", f"请以“{unit}”为单位"), *at)
        return None
    return float(match[1])


def _more_of_a_team(context: StudyContext, entry: Small, tree: Tree, at: At) -> dict[str, Any] | None:
    team = _thing(context, tree, "teams", Words("team", "队伍"), str(entry.team), (*at, "team"))
    try:
        more = parse(entry.add, "count")
    except UnitError as error:
        context.add("quantity", Words(f"'add': {error.words.en}", f"“增加”:{error.words.zh}"), error.remedy, *at, "add")
        return None
    if team is None:
        return None
    count = int(team.get("count") or 1) + more
    if more == 0 or more != int(more) or count < 1:
        what = Words(f"there cannot be {count:g} of '{entry.team}'", f"“{entry.team}”不能变为 {count:g} 支")
        context.add("out-of-range", what, Words("add a whole number", "请写整数"), *at, "add")
        return None
    return {"teams": [{"id": entry.team, "count": int(count)}]}


def _more_of_an_item(context: StudyContext, entry: Small, tree: Tree, at: At) -> dict[str, Any] | None:
    depot = _thing(context, tree, "depots", Words("depot", "储备点"), str(entry.depot), (*at, "depot"))
    if depot is None:
        _amount(context, entry.add, "", (*at, "add"))
        return None
    stock = [dict(held) for held in depot.get("stock") or []]
    held = next((held for held in stock if held.get("item") == entry.item), None)
    if held is None:
        names = [str(other.get("item")) for other in stock]
        context.unknown(Words(f"stock at '{entry.depot}' of", "库存物资"), str(entry.item), names, *at, "item")
        return None
    match = _NUMBER.match(str(held.get("quantity", "0")))
    number, unit = (float(match[1]), match[2]) if match else (0.0, "")
    more = _amount(context, entry.add, unit, (*at, "add"))
    if more is None:
        return None
    if number + more < 0:
        what = Words(f"there would be {number + more:g} of '{entry.item}'", f"“{entry.item}”会变为 {number + more:g}")
        context.add("out-of-range", what, Words("take away less", "请少减一些"), *at, "add")
        return None
    total = f"{number + more:.10g}"
    held["quantity"] = f"{total} {unit}" if unit else _plain(total)
    return {"depots": [{"id": entry.depot, "stock": stock}]}


def _plain(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _sooner(context: StudyContext, entry: Small, tree: Tree, at: At) -> dict[str, Any] | None:
    channel = _thing(context, tree, "channels", Words("channel", "增援通道"), str(entry.channel), (*at, "channel"))
    if channel is None or entry.sooner is None:
        return None
    links = [dict(link) for link in channel.get("links") or []]
    if entry.post is None:
        link = max(links, key=lambda link: _planned(link.get("time")))
    else:
        named = [link for link in links if link.get("to") == entry.post]
        if not named:
            posts = [str(link.get("to")) for link in links]
            context.unknown(Words(f"link of '{entry.channel}' to", "环节"), entry.post, posts, *at, "post")
            return None
        link = named[0]
    shorter = shortened(link.get("time"), entry.sooner.planned)
    if shorter is None:
        where = Words(f"the link to '{link.get('to')}'", f"到“{link.get('to')}”这一环")
        what = Words(
            f"{where.en} cannot be shortened by {entry.sooner.planned / MINUTE:g} min",
            f"{where.zh}缩短不了 {entry.sooner.planned / MINUTE:g} 分钟",
        )
        remedy = Words("it must be a planned time (with a bad day), longer than that", "该环须写计划值(或加不利),且比它长")
        context.add("out-of-range", what, remedy, *at, "sooner")
        return None
    link["time"] = shorter
    return {"channels": [{"id": entry.channel, "links": links}]}


def _planned(raw: object) -> float:
    try:
        return parse(raw.get("planned") if isinstance(raw, dict) else raw, "duration")
    except UnitError:
        return -1.0


def shortened(raw: object, less: float) -> object | None:
    """Return a duration that is shorter by `less` ms, as planned and on a bad day; None when that cannot be."""

    def cut(value: object) -> float:
        return parse(value, "duration") - less

    try:
        if not isinstance(raw, dict):
            return _minutes(cut(raw)) if cut(raw) >= 0 else None
        if not set(raw) <= {"planned", "p90"}:
            return None
        planned = cut(raw["planned"])
        if planned < 0 or (planned == 0 and "p90" in raw):
            return None
        return {key: _minutes(cut(value)) for key, value in raw.items()}
    except (UnitError, KeyError):
        return None


def _minutes(ms: float) -> str:
    return f"{ms / MINUTE:.10g} min"
