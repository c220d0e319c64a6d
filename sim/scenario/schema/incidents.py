"""Incidents: what happens where and when, which package it calls for, and how it ends."""

from __future__ import annotations

from typing import Annotated

from sim.quantities import Quantity
from sim.scenario.schema.command import ReportLine, SceneCommand
from sim.scenario.schema.fields import Duration, Mass, Part, PlainDuration, QuantityOf, Rate, Share, When, field
from sim.scenario.schema.forces import Flow
from sim.scenario.schema.response import Amount, CallTree, Change, Shifts
from sim.scenario.schema.supplies import Fill, SupplyNeed, Use

Weight = Annotated[Quantity, QuantityOf("count", plain=True)]
ReleaseRate = Annotated[Quantity, QuantityOf("mass_rate")]


class Carry(Part):
    """Carrying a casualty to hospital after the work on the scene."""

    chance: Share = field("比例", "share of cases that are carried", "需要送医的比例", "1")
    hospital: str = field("医院", "hospital, or 'nearest'", "送往哪家医院;“nearest/就近”为最近", "nearest")
    handover: Duration = field("交接", "handing over at the hospital", "在医院交接用时", "10 min")


class NeedLine(Part):
    """One line of a package: a capability, how many, and what it does on the scene."""

    capability: str = field("能力", "capability asked for", "需要的能力")
    count: int = field("组数", "how many teams", "需要几组", 1, ge=1, le=1000)
    deadline: PlainDuration | None = field(
        "限时", "time from the alarm by which all must be on the scene", "自接警起,到齐的时限", None
    )
    work: Duration | None = field("作业", "work of each team once it is ready", "每组可作业后的作业时间", None)
    holds: bool = field("保持到结束", "stays until the incident is closed", "保持到处置结束", False)
    after: list[str] = field(
        "须先就位", "capabilities that must stand ready before this work begins", "哪些能力就位后才能开始", factory=list
    )
    after_done: list[str] = field(
        "须先完成", "capabilities whose work must be done before this begins", "哪些能力作业完成后才能开始", factory=list
    )
    ends: bool = field("完成即结束", "when this line's work is done the incident is closed", "本项作业完成,事件即告结束", False)
    stops_release: bool = field("止漏", "when this line's work is done the leak has stopped", "本项作业完成,泄漏即止住", False)
    carry: Carry | None = field("送医", "carrying a casualty afterwards", "作业后送医", None)
    people: int | None = field("人数", "people wanted: as many teams as make them up", "需要多少人:按各队人数凑足", None, ge=1, le=1_000_000)
    flow: Flow | None = field("流量", "water wanted: as many teams as make it up", "需要的供水流量:按各队供水能力凑足", None)
    lenders: list[str] = field("来自", "lenders that may be asked: their ids, or 'outside' for all", "可向哪些支援方请求;“外援”为全部", factory=list)
    own: bool | None = field("含本地", "own forces may fill it too; only without lenders when not written", "本地力量也可充任;不写时仅在未写“来自”时可", None)
    relieves: str | None = field("接替", "when ready, takes over from a team of this capability", "可作业后接替哪一项的队伍", None)
    shifts: Shifts | None = field("轮班", "work in shifts on breathing apparatus", "佩用呼吸器轮班作业", None)
    joins: str | None = field("编入轮班", "these teams join the shifts of that line", "编入哪一项的轮班", None)
    ahead: bool = field("提前请援", "called just in time for the shifts not to break", "在轮班断档前提前请援", False)
    reopens: str | None = field("抢通", "road event that ends when this work is done", "作业完成即恢复的路况", None)
    uses: list[Use] = field("消耗", "goods that its work uses up", "作业消耗的物资", factory=list)
    fills: list[Fill] = field("充装", "goods that its teams make ready again on the scene", "在现场充装、恢复的物资", factory=list)


class FirstResponse(Part):
    """What moves on the first alarm, before any assessment."""

    team: str = field("谁", "team, or group of teams, that goes", "哪支(组)队伍")
    count: int | None = field("数量", "how many of the group; all when not written", "派几支;不写为全部", None, ge=1)
    after: Duration = field("何时", "from the alarm to the order", "接警到下令的时间", "0 min")
    ordered_by: str | None = field("下令", "authority that gives the order", "由谁下令", None)
    contract: str | None = field("协议", "rescue contract by which it is called", "凭哪份救援协议", None)
    basis: str = field("依据", "by what rule or contract it goes", "依据(协议、预案条款)", "")


class Release(Part):
    """A leak: it runs until work ends it or the tank is empty."""

    substance: str = field("物质", "substance", "物质", "")
    mass: Mass = field("罐内存量", "mass in the tank", "罐内存量")
    rate: ReleaseRate = field("速率", "rate of release", "泄漏速率")


class Course(Part):
    """How an incident is answered; written once for a type, or for one incident."""

    priority: int | None = field("优先级", "1 is served first", "优先级,1 最先", None, ge=1, le=99)
    call_handling: Duration | None = field("接警", "from the alarm to the need being known", "从报警到明确需求", None)
    decision: Duration | None = field(
        "研判", "from the need being known to ordering the package", "从明确需求到下令调派编成", None
    )
    first_response: list[FirstResponse] | None = field("先期处置", "what moves at once", "接警即动的力量", None)
    package: str | list[NeedLine] | None = field("力量编成", "package by name, or its lines", "力量编成名称,或逐项列出", None)
    release: Release | None = field("泄漏", "a leak that work must end", "泄漏情况", None)
    jurisdiction: str | None = field("处置主责", "authority that orders the package", "由哪一指挥机构调派", None)
    reports: list[ReportLine] | None = field("报告", "lines on which reports go up", "信息报告各条线", None)
    command: SceneCommand | None = field("现场指挥", "who commands on the scene", "现场由谁指挥", None)
    call_tree: CallTree | None = field("叫应", "call-and-answer after a warning", "预警叫应", None)
    signals: dict[str, Amount] | None = field("态势", "amounts at the alarm that conditions read", "接警时的各项数值(供条件判断)", None)
    changes: list[Change] | None = field("变化", "turns that it takes by itself", "事件自身的发展变化", None)
    supplies: list[SupplyNeed] | None = field("物资需求", "goods that it asks for", "需要的物资", None)


class IncidentType(Course):
    """A type of incident: what its incidents have in common."""

    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Incident(Course):
    """One incident that the scenario puts at a moment and a place."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    kind: str | None = field("类型", "incident type that gives what is not written here", "未写的各项取自哪一事件类型", None)
    place: str = field("地点", "place name, place id, node, or 'lon, lat'", "地名、地点编号、路网节点,或“经度, 纬度”")
    place_name: str = field("地点名称", "name of the spot", "地点的名称", "")
    at: When = field("发生", "when the alarm comes", "报警时刻")
    grade: str = field("事故等级", "accident grade (特别重大 … 一般)", "事故等级(特别重大 … 一般)", "")
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class IncidentTable(Part):
    """A table of recorded incidents (CSV): time, place, kind, and any duration that would otherwise be drawn."""

    id: str = field("编号", "identifier; incidents are called id/row", "编号;各起事件记为“编号/行号”")
    file: str = field("文件", "CSV file, beside this file", "CSV 文件(相对本文件)")
    kind: str | None = field("类型", "incident type for rows that name none", "未写类型的行按此类型", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class PlaceWeight(Part):
    """A place of a source, and its share."""

    place: str = field("地点", "place", "地点")
    weight: Weight = field("权重", "relative share of the incidents", "事件所占的相对份额", "1")


class Source(Part):
    """A Poisson source of incidents, with daily, weekly and seasonal shape."""

    id: str = field("编号", "identifier; incidents are called id/number", "编号;各起事件记为“编号/序号”")
    kind: str = field("类型", "incident type", "事件类型")
    rate: Rate = field("频率", "mean number of incidents, such as 4000 /year", "平均频率,如 4000 /年")
    places: str | list[PlaceWeight] = field(
        "地点", "places and their shares, or the name of a group of places", "地点及份额,或地点组名称"
    )
    by_hour: list[Weight] | None = field(
        "按小时", "24 relative weights, from midnight", "24 个相对权重,自零点起", None, min_length=24, max_length=24
    )
    by_weekday: list[Weight] | None = field(
        "按星期", "7 relative weights, from Monday", "7 个相对权重,自星期一起", None, min_length=7, max_length=7
    )
    by_month: list[Weight] | None = field(
        "按月", "12 relative weights, from January", "12 个相对权重,自一月起", None, min_length=12, max_length=12
    )
    begins: When | None = field("自", "when it begins; the start when not written", "开始时刻;不写为情景开始", None)
    ends: When | None = field("至", "when it ends; the end when not written", "结束时刻;不写为情景结束", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")
