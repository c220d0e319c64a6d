"""The scenario file as a whole."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.quantities import Constant, Quantity
from sim.scenario.schema.command import Agreement, Authority, Channel, Lender, MutualAid, Plan, Region
from sim.scenario.schema.cover import EarlyWarning, MoveUp, RadioGap, Standard
from sim.scenario.schema.fields import Choice, Part, PlainDuration, QuantityOf, When, field, quantity_error
from sim.scenario.schema.forces import Base, Dispatch, Hospital, RunCard, Team, TeamType, Vehicle
from sim.scenario.schema.incidents import Incident, IncidentTable, IncidentType, NeedLine, PlaceWeight, Source
from sim.scenario.schema.roads import (
    BorderDelay,
    Coordinates,
    ExtraRoad,
    MeasuredTime,
    PlaceEntry,
    RoadEvent,
    Roads,
    Traffic,
    Weather,
)
from sim.scenario.schema.supplies import Depot, Fleet, GoodsSet, Item, Restock, Shelter, Supplier, SupplyRules
from sim.units import MINUTE, Moment, UnitError, parse, parse_moment


class LeastOf(QuantityOf):
    """A share, a plain number, or a length of time in the minutes that summaries count in."""

    def validate(self, raw: object) -> Quantity:
        """Read the bound, or raise what the loader turns into a finding."""
        try:
            return Constant(parse(raw, "duration") / MINUTE)
        except UnitError:
            return super().validate(raw)


Least = Annotated[Quantity, LeastOf("share", plain=True)]
"""Least value of a metric."""
ALL_HOME = ("all home", "全部归建")


class EndOf:
    """Marks the end: a moment, a duration, or `all home` (None)."""

    @staticmethod
    def validate(raw: object) -> Moment | None:
        """Read the end, or raise what the loader turns into a finding."""
        if raw is None or isinstance(raw, Moment):
            return raw
        if str(raw).strip() in ALL_HOME:
            return None
        try:
            return parse_moment(raw)
        except UnitError as error:
            try:
                return Moment(str(raw), offset=round(parse(raw, "duration")))
            except UnitError:
                raise quantity_error(error) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by `validate` alone."""
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the end for editors."""
        return {"type": "string", "description": "2026-11-25 09:30, 30 d, or: all home"}


class Mode(Choice):
    """What the file is for."""

    DRILL = "drill"
    PLAN = "plan"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each mode."""
        return {"drill": "演练", "plan": "推演"}


class Objective(Part):
    """A value that a metric is held against."""

    metric: str = field("看什么", "metric, such as first.plugging or package.complete", "指标,如 首支堵漏到场、编成到齐")
    at_most: PlainDuration | None = field("不超过", "greatest value that meets the target", "不超过多少为达到", None)
    at_least: Least | None = field("不少于", "least value that meets the target: 0.9 or 90 %, or a number", "不少于多少为达到:0.9 或 90 %,或数量", None)
    basis: str = field("依据", "rule or plan that sets it", "依据", "")


class ScenarioFile(Part):
    """A scenario: who is where, what happens, and how it is answered."""

    format: int = field("格式", "format of the file: 1", "文件格式:1")
    name: str = field("名称", "name of the scenario", "情景名称", min_length=1)
    question: str = field("问题", "question that it answers", "要回答的问题", "")
    mode: Mode = field(
        "方式",
        "drill: planned values, one run; plan: chance, many replications",
        "演练:按计划值走一遍;推演:计入随机,多次重复",
        "plan",
    )
    start: When = field("开始", "date and time of the start", "开始日期与时刻")
    end: Annotated[Moment | None, EndOf()] = field(
        "结束", "moment or duration; until everybody is home when not written", "结束时刻或历时;不写为全部归建", None
    )
    warm_up: PlainDuration = field("预热", "left out of the metrics", "预热时间,不计入指标", "0 min")
    replications: int = field("次数", "replications of a plan test", "推演重复次数", 100, ge=1, le=10_000_000)
    seed: int = field("种子", "seed of the draws", "随机种子", 1, ge=0, lt=2**63)
    include: list[str] = field("引用", "files whose contents come first", "先读入哪些文件", factory=list)
    extends: str | None = field("基于", "scenario file that this one changes", "在哪个情景文件上修改", None)
    network: str | Roads | None = field("路网", "network: a path, or {straight_line: …}", "路网:路径,或 {直线: …}", None)
    coordinates: Coordinates = field("坐标系", "coordinate system of the file", "本文件坐标所用坐标系", "WGS-84")
    weather: Weather = field("天气", "weather", "天气", factory=Weather)
    places: list[PlaceEntry] = field("地点表", "places that the scenario adds", "情景自带的地点", factory=list)
    extra_roads: list[ExtraRoad] = field("增补道路", "roads that the network lacks", "路网缺少的道路", factory=list)
    measured_times: list[MeasuredTime] = field(
        "行车时间实测", "measured driving times", "实测行车时间,压过路网推算", factory=list
    )
    measured_tables: list[str] = field(
        "行车时间实测表", "CSV tables of measured driving times", "实测行车时间的 CSV 表", factory=list
    )
    border_delays: list[BorderDelay] = field("过界用时", "time lost at borders", "过行政区界的用时", factory=list)
    traffic: list[Traffic] = field("时段车速", "slower hours of the day", "一天中车速较低的时段", factory=list)
    road_events: list[RoadEvent] = field("路况", "closures and slow roads", "道路封闭与缓行", factory=list)
    vehicles: list[Vehicle] = field("车型表", "vehicle classes that the scenario adds", "情景自带的车型", factory=list)
    team_types: dict[str, TeamType] = field("队伍类型", "what teams of a type have in common", "同类队伍的共同项", factory=dict)
    bases: list[Base] = field("驻地", "bases", "驻地", factory=list)
    teams: list[Team] = field("队伍", "teams", "队伍", factory=list)
    hospitals: list[Hospital] = field("医院", "hospitals", "医院", factory=list)
    packages: dict[str, list[NeedLine]] = field("力量编成", "packages by name", "按名称列出的力量编成", factory=dict)
    incident_types: dict[str, IncidentType] = field(
        "事件类型", "what incidents of a type have in common", "同类事件的共同项", factory=dict
    )
    incidents: list[Incident] = field("突发事件", "incidents", "突发事件", factory=list)
    incident_tables: list[IncidentTable] = field("事件表", "tables of recorded incidents", "历史事件表", factory=list)
    place_groups: dict[str, list[PlaceWeight]] = field(
        "地点组", "groups of places with shares, by name", "按名称列出的地点及份额", factory=dict
    )
    sources: list[Source] = field("事件源", "random sources of incidents", "随机事件源", factory=list)
    run_cards: list[RunCard] = field("出动卡", "ordered lists of teams", "出动顺序表", factory=list)
    dispatch: Dispatch = field("调派", "how teams are chosen", "调派办法", factory=Dispatch)
    regions: list[Region] = field("行政区", "regions", "行政区", factory=list)
    authorities: list[Authority] = field("指挥机构", "posts that decide, order, ask, are told", "决定、下令、请求、被告知的机构", factory=list)
    plans: list[Plan] = field("预案", "emergency plans with their response levels", "各级政府预案与响应级别", factory=list)
    agreements: list[Agreement] = field("协议", "agreements and contracts", "协议与合同", factory=list)
    channels: list[Channel] = field("增援通道", "channels of mutual aid", "增援通道", factory=list)
    lenders: list[Lender] = field("支援方", "teams that may be asked for", "可请求增援的力量", factory=list)
    mutual_aid: MutualAid = field("增援", "how mutual aid is asked for", "增援办法", factory=MutualAid)
    standards: list[Standard] = field("守备标准", "standards of cover", "守备标准", factory=list)
    warnings: list[EarlyWarning] = field("预警", "early warnings", "预警", factory=list)
    move_up: list[MoveUp] = field("前移驻防", "how idle teams cover for others", "空闲队伍前移驻防", factory=list)
    radio: list[RadioGap] = field("通信", "where radio fails or is weak", "通信中断与盲区", factory=list)
    items: list[Item] = field("物资表", "kinds of goods", "物资品种", factory=list)
    sets: list[GoodsSet] = field("成套", "items that count only together", "配齐才算数的成套物资", factory=list)
    depots: list[Depot] = field("储备库", "depots and their stock", "储备库及库存", factory=list)
    fleets: list[Fleet] = field("运力", "trucks", "运输车辆", factory=list)
    suppliers: list[Supplier] = field("供应商", "where new goods are ordered", "补货的供应商", factory=list)
    restock: list[Restock] = field("补库", "how stock is filled up again", "库存如何补充", factory=list)
    shelters: list[Shelter] = field("安置点", "indoor shelters", "室内安置点", factory=list)
    supply: SupplyRules = field("保障办法", "how supplies are chosen and come back", "物资如何调、如何收", factory=SupplyRules)
    thresholds: list[PlainDuration] = field(
        "时限", "response times whose share is reported", "统计多少时间内到场的比例", factory=list
    )
    objectives: list[Objective] = field("目标", "targets that the result is held against", "与结果对照的目标", factory=list)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")
