"""Write the reference pages from the program itself: whatever can be read from the code is not written by hand.

``python docs/generate.py`` writes them; a build of the site does so first.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sim.errors import Words
from sim.log import CAUSES, COLUMNS, KINDS, MOVES, Account, Rank
from sim.log_words import CAUSE_NAMES, KIND_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.errors import Language
    from sim.network.speeds import Vehicle

FOLDERS: dict[Language, str] = {"zh": "reference/generated", "en": "en/reference/generated"}

COLUMN_WORDS: dict[str, Words] = {
    "time": Words("ms after the start", "自开始起的毫秒数"),
    "kind": Words("what happened", "发生了什么"),
    "incident": Words("id of the incident", "事件编号"),
    "need": Words(
        "line of the package, from 0; of supplies: line of what the incident asks for. Empty: an extra first-response team; "
        "goods that a task asks for or uses",
        "编成的第几项(自 0 起);物资的行:事件的第几项物资需求。空:编成之外的先期处置力量;作业请供、消耗的物资",
    ),
    "team": Words("id of the team; of a truck, fleet and number", "队伍编号;车辆为“运力-序号”"),
    "mission": Words("number of the mission, from 0", "任务序号(自 0 起)"),
    "request": Words(
        "number of the request for mutual aid, from 0; of supplies: number of the order to a store, from 0",
        "增援请求序号(自 0 起);物资的行:向某一库下的指令序号(自 0 起)",
    ),
    "post": Words("authority, or duty desk of a team, that acts or is told", "行动或被告知的指挥机构、队伍值班席"),
    "region": Words("kept for regions; empty today", "留给行政区;目前为空"),
    "depot": Words(
        "store: goods of one owner in one depot (`depot/owner` where there are several)",
        "库:一座储备库里一家的货(有几家时写作 `储备库/权属`)",
    ),
    "item": Words(
        "capability, road event, response level (plan/level), report line, signal, radio gap, warning; goods, or a set of them",
        "能力、路况、响应级别(预案/级别)、报告线、态势、通信盲区、预警;物资或成套",
    ),
    "quantity": Words(
        "teams asked for, or sent; people called or moved; which try of a call; ms of a stop, or of rest that is missing; of "
        "signals (g of a release), apparatus sets, goods (in the item's own unit) and sets, thousandths; trucks found",
        "请求或同意几支;叫应、转移的人数;第几次呼叫;停留、少休息的毫秒数;态势(泄漏量即克)、呼吸器台数、物资(按其单位)、套数为千分之一;"
        "到位几台车",
    ),
    "place": Words("where", "地点"),
    "ref": Words("row of the same replication that caused this one", "引起本行的那一行(同一次重复内)"),
    "cause": Words("why", "原因"),
}
ACCOUNT_WORDS: dict[Account, Words] = {
    Account.SUPPLIER: Words("supplier", "供应商"), Account.DEPOT: Words("depot", "储备库"),
    Account.VEHICLE: Words("vehicle", "车辆"), Account.SCENE: Words("scene", "现场"),
    Account.IN_USE: Words("in use", "在用"), Account.REFIT: Words("refit", "整备"),
    Account.USED: Words("used", "已用"), Account.EXPIRED: Words("expired", "过期"), Account.LOST: Words("lost", "损失"),
}  # fmt: skip
RANK_WORDS: dict[str, Words] = {
    "ROAD": Words(
        "road events begin and end, drives that they touch are planned anew; radio fails and works again",
        "路况开始、结束,受影响的行程随即改道;通信中断、恢复",
    ),
    "HAZARD": Words(
        "a hazard or an incident changes by itself (tank empty, more people to move); early warnings begin and end; goods expire",
        "灾情、事件自身变化(罐漏空、需转移人数增加);预警发布、解除;物资过期",
    ),
    "FREE": Words(
        "a team has refitted and can be sent; new goods come in, returned ones are ready again",
        "队伍整备完毕、可派;补货入库,收回的物资整修好",
    ),
    "TEAM": Words(
        "an order gets through, a team or a truck drives off, stops and drives on, arrives, reaches the hospital or a base",
        "命令送达;队伍、车辆出动、途中休整、到场、到医院、归建或到前移驻地",
    ),
    "TASK": Words(
        "report-in, set-up, work and hand-over end; goods on a scene run dry or low",
        "报到、展开、作业、交接结束;现场物资见底、将尽",
    ),
    "COMMAND": Words(
        "calls are answered, reports received, levels judged and raised, requests decided, command handed over; shifts change, "
        "relief is called, loans end; a team under way hears that it is to go elsewhere; goods are asked for, released, "
        "loaded; stocks are reviewed",
        "呼叫接通、报告送达、研判与启动响应、请求批复、指挥权移交;轮班换班、提前请援、借调期满;在途队伍得到改派;提出物资需求、"
        "动用、装车、盘点",
    ),
    "CALL": Words("alarms; first-response orders; needs become known; decisions", "接警;先期处置下令;明确需求;研判完成"),
    "END": Words("idle teams are moved up, once everything else of the moment has happened", "其余都办完之后,空闲队伍前移驻防"),
}
_COMMAND_TITLES = Words("# Command line", "# 命令行")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a Markdown table."""
    cells = [[str(cell).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ") for cell in row] for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in cells), ""]


def said(words: Mapping[str, Words], name: str, language: Language) -> str:
    """Return what is said of a name; a name without words shows as such (a test tells which)."""
    return words[name].say(language) if name in words else "…"


def code(text: str) -> str:
    """Return a text as inline code."""
    return f"`{text}`" if text else "—"


def metrics_page(language: Language) -> list[str]:
    """Return the page of metrics."""
    from sim.scenario.metric_names import FAMILIES

    how = {
        "observations": Words("many in a replication", "每次重复有多个观测"),
        "share": Words("one share a replication", "每次重复一个比例"),
        "level": Words("one amount a replication", "每次重复一个数值"),
    }
    good = {"low": Words("low is good", "小为好"), "high": Words("high is good", "大为好")}
    head = Words("# Metrics", "# 指标")
    said = Words(
        "Names stand in `summary.json`, `metrics.csv` and in objectives. Objectives may also use the title or one of the other "
        "spellings, in either language, without regard to blanks.",
        "名称用于 `summary.json`、`metrics.csv` 和情景的“目标”。“目标”里也可写中英文标题或其他写法,空格不计。",
    )
    heads = {"zh": ("名称", "标题", "单位", "定义"), "en": ("name", "title", "unit", "meaning")}
    rows = (
        (
            code(_pattern(family.pattern)),
            family.title.say(language).replace("{}", "…"),
            family.unit.say(language) or "—",
            "; ".join(
                [family.meaning.say(language), how[family.aggregation].say(language)]
                + ([good[family.better].say(language)] if family.better else [])
            ),
        )
        for family in FAMILIES
    )
    spelt = {"zh": ("名称", "目标里也可写"), "en": ("name", "objectives may also say")}
    others = (
        (code(_pattern(family.pattern)), "、".join(family.spellings).replace("{}", "…"))
        for family in FAMILIES
        if family.spellings
    )
    more = Words("## Other spellings", "## 其他写法")
    return [
        head.say(language),
        "",
        said.say(language),
        "",
        *table(heads[language], rows),
        more.say(language),
        "",
        *table(spelt[language], others),
    ]


def _pattern(name: str) -> str:
    return name.replace("<", "‹").replace(">", "›")


def log_page(language: Language) -> list[str]:
    """Return the page of the event log."""
    zh = language == "zh"
    lines = ["# 事件记录" if zh else "# Event log", ""]
    lines += [
        "`events.parquet` 一行一个事件,前面另有 `replication`(第几次重复,自 0 起)和 `seq`(该次重复内的行号)。"
        if zh
        else "`events.parquet` has one row an event; `replication` (from 0) and `seq` (row within it) come in front.",
        "",
        "## 列" if zh else "## Columns",
        "",
        *table(
            ("列", "含义") if zh else ("column", "meaning"),
            ((code(name), said(COLUMN_WORDS, name, language)) for name in COLUMNS),
        ),
        "## 事件种类" if zh else "## Kinds",
        "",
    ]
    kinds = ((code(kind), KIND_NAMES[kind].say(language)) for kind in KINDS)
    lines += table(("kind", "中文") if zh else ("kind", "meaning"), kinds)
    lines += _moves(language)
    lines += ["## 原因" if zh else "## Causes", ""]
    lines += table(("cause", "含义") if zh else ("cause", "meaning"), ((code(c), CAUSE_NAMES[c].say(language)) for c in CAUSES))
    return lines


def _moves(language: Language) -> list[str]:
    """Return the table of what each row that moves goods takes from where to where."""
    zh = language == "zh"
    said = (
        "以下各行把 `quantity` 的 `item` 从一个账户移到另一个账户,见[物资怎样算](../../explanation/supplies.md)。"
        if zh
        else "Each of these rows moves its `quantity` of its `item` from one account to another; see "
        "[how supplies run](../../explanation/supplies.md)."
    )
    names = [[code(kind), *(ACCOUNT_WORDS[account].say(language) for account in ends)] for kind, ends in MOVES.items()]
    head = ("kind", "从", "到") if zh else ("kind", "from", "to")
    return ["## 物资的移动" if zh else "## Moves of goods", "", said, "", *table(head, names)]


def order_page(language: Language) -> list[str]:
    """Return the table of what comes first at equal times."""
    zh = language == "zh"
    rows = ((int(rank), code(rank.name), said(RANK_WORDS, rank.name, language)) for rank in Rank)
    return [
        "# 同一时刻的先后" if zh else "# Order at equal times",
        "",
        "秩小者先。同秩按编号(路况、队伍按情景中的次序,事件按报警先后),再按排入次序。"
        if zh
        else "Lower ranks first; then lower numbers (road events and teams as in the scenario, incidents by their alarms), "
        "then the order of scheduling.",
        "",
        *table(("秩", "名称", "内容") if zh else ("rank", "name", "what"), rows),
    ]


def commands_page(language: Language) -> list[str]:
    """Return the page of the command line: the help of every command, and the exit codes."""
    import click

    from sim.cli import main

    zh = language == "zh"
    said = Words(
        "What `--help` prints. A scenario file as the first word is the command `run`.",
        "以下为 `--help` 的内容。第一个词是情景文件时,即为命令 `run`。",
    )
    lines = [_COMMAND_TITLES.say(language), "", said.say(language), ""]
    context = click.Context(main.front, info_name="run_scenario.py", **{**main.front.context_settings, "max_content_width": 100})
    lines += ["## run_scenario.py", "", "```text", main.front.get_help(context), "```", ""]
    for name in main.COMMANDS:
        command = main.front.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context)
            lines += [f"## {name}", "", "```text", command.get_help(inner), "```", ""]
    codes = (
        (main.OK, Words("done; `diff`: the results are the same", "完成;`diff`:两次结果相同")),
        (main.FAILED, Words("the run failed; `diff`: the results differ", "运行失败;`diff`:两次结果不同")),
        (main.BAD_INPUT, Words("bad input: nothing was written", "输入有误:未写出任何结果")),
        (
            main.INTERRUPTED,
            Words("interrupted (Ctrl-C, SIGTERM): finished replications are kept", "被中断(Ctrl-C、SIGTERM):已完成的重复保留"),
        ),
    )
    lines += ["## 退出码" if zh else "## Exit codes", ""]
    head = ("退出码", "含义") if zh else ("code", "meaning")
    return lines + table(head, ((number, words.say(language)) for number, words in codes))


def speeds_page(language: Language) -> list[str]:
    """Return the page of speeds: every default that is assumed."""
    from sim.network.speeds import CLASS_WORDS, CLASSES, DEFAULT_SPEEDS

    zh = language == "zh"
    names = [f"{CLASS_WORDS[name].zh} {code(name)}" if zh else code(name) for name in CLASSES]
    vehicles, weather = DEFAULT_SPEEDS.vehicles.values(), DEFAULT_SPEEDS.weather.items()

    def called(car: Vehicle) -> str:
        return f"{car.words.zh} {code(car.name)}" if zh else code(car.name)

    lines = ["# 车型、车速与天气系数" if zh else "# Vehicles, speeds, weather", ""]
    lines += [
        "全部为**假定**的默认值,没有实测依据。情景里用 `车型表` 改车速,用 `时段车速` 改时段(写了即取代全部默认时段系数)。"
        if zh
        else "All are **assumed** defaults, from no survey. A scenario changes speeds with `vehicles`, hours with `traffic` "
        "(which, once written, replaces all default hours).",
        "",
        "## 应急行车的自由车速,km/h" if zh else "## Free speeds on an emergency run, km/h",
        "",
        *table(("车型" if zh else "vehicle", *names), ((called(car), *map("{:g}".format, car.speeds_kmh)) for car in vehicles)),
        "## 车型其他默认值" if zh else "## Other defaults of vehicles",
        "",
        *table(
            ("车型", "车高 m", "总重 t", "普通行车系数(时间)")
            if zh
            else ("vehicle", "height m", "weight t", "ordinary run: time factor"),
            ((called(car), f"{car.height_m:g}", f"{car.weight_t:g}", f"{car.ordinary_factor:g}") for car in vehicles),
        ),
        "## 天气:车速与晴天之比" if zh else "## Weather: share of the clear-weather speed",
        "",
        *table(("天气" if zh else "weather", *names), ((code(name), *map("{:g}".format, f)) for name, f in weather)),
        "## 时段:车速与畅通之比" if zh else "## Hours: share of the free-flow speed",
        "",
    ]
    slow = {name: [(hour, f) for hour, f in enumerate(DEFAULT_SPEEDS.hours[name]) if f != 1.0] for name in CLASSES}
    rows = ((code(name), "、".join(f"{hour}–{hour + 1}: {f:g}" for hour, f in found) or "1") for name, found in slow.items())
    return lines + table(("等级", "时段: 系数(未列为 1)") if zh else ("class", "hours: factor (1 where not listed)"), rows)


def tables_page(language: Language) -> list[str]:
    """Return the page of the tables that are read beside a scenario: columns and their other names."""
    from sim.network.formats.folder import NODE_COLUMNS, ROAD_COLUMNS
    from sim.network.formats.places_table import COLUMNS as PLACE_COLUMNS
    from sim.scenario.compiling.history import _COLUMNS as INCIDENT_COLUMNS
    from sim.scenario.compiling.measured import _MEASURED as MEASURED_COLUMNS

    zh = language == "zh"
    head = ("列", "也可写作") if zh else ("column", "other headings")
    lines = ["# 表格的列" if zh else "# Columns of tables", ""]
    lines += [
        "UTF-8 或 GBK(GB18030)的 CSV,首行为表头。情景旁的表格里认不得的列是错误;自己的备注列,表头以 `x-` 开头。"
        if zh
        else "CSV in UTF-8 or GBK (GB18030), with a header. In tables beside a scenario a column that nobody knows is an error; "
        "a column of notes begins with `x-`.",
        "",
    ]
    needed = {"nodes.csv": ("id", "lon", "lat"), "roads.csv": ("from", "to"), "places.csv": ("name", "lon", "lat")}
    parts = {"nodes.csv": NODE_COLUMNS, "roads.csv": ROAD_COLUMNS, "places.csv": PLACE_COLUMNS}
    for name, columns in parts.items():
        said = "、".join(code(column) for column in needed[name])
        lines += [f"## {name}", "", f"{'必有' if zh else 'Required'}: {said}", ""]
        lines += table(head, ((code(column), "、".join(others) or "—") for column, others in columns.items()))
    beside = {
        Words("## Table of recorded incidents", "## 历史事件表"): INCIDENT_COLUMNS,
        Words("## Table of measured driving times", "## 行车时间实测表"): MEASURED_COLUMNS,
    }
    for title, columns in beside.items():
        lines += [title.say(language), ""]
        lines += table(head, ((code(column), "、".join(others)) for column, others in columns.items()))
    return lines


def scenario_page(language: Language) -> list[str]:
    """Return the page of the scenario file, written from the model."""
    from sim.scenario.reference import reference_markdown

    return reference_markdown(language).splitlines()


def studies_page(language: Language) -> list[str]:
    """Return the page of the study files, written from their models; quantities and units are those of the scenario file."""
    from sim.scenario.reference import reference_markdown
    from sim.scenario.schema.study import CompareStudy
    from sim.scenario.schema.study_size import SizeStudy

    said = Words(
        "A study file asks one question of scenarios: `compare` or `size`. Quantities and units are those of the [scenario "
        "file](scenario.md); amounts of goods may carry the unit word of the item.",
        "研究文件对情景提一个问题:比选(`compare`)或定量(`size`)。数量、单位的写法同[情景文件](scenario.md);物资的数量可带该物资的单位。",
    )
    lines = [Words("# Study files: reference", "# 研究文件参考").say(language), "", said.say(language), ""]
    titles = {CompareStudy: Words("## Compare configurations", "## 比选"), SizeStudy: Words("## Size a reserve", "## 定量")}
    for model, title in titles.items():
        parts = reference_markdown(language, model).split("\n## ")[1:-2]  # without the title, the distributions and the units
        lines += [title.say(language), "", *parts[0].splitlines()[2:], ""]
        for part in parts[1:]:
            lines += f"### {part}".splitlines()
            lines.append("")
    return lines


PAGES = {
    "scenario": scenario_page, "studies": studies_page, "metrics": metrics_page, "log": log_page, "order": order_page,
    "commands": commands_page, "speeds": speeds_page, "tables": tables_page,
}  # fmt: skip
"""Name of each generated page → what writes it."""


def pages() -> dict[str, str]:
    """Return every generated page: path below ``docs`` → text."""
    return {
        f"{folder}/{name}.md": "\n".join(write(language)).rstrip() + "\n"
        for language, folder in FOLDERS.items()
        for name, write in PAGES.items()
    }


def write_pages(docs: Path) -> None:
    """Write the pages that are not there as they should be."""
    for name, text in pages().items():
        path = docs / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_pages(Path(__file__).resolve().parent)
