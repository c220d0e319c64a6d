"""Forces: bases, teams and their types, vehicles, hospitals."""

from __future__ import annotations

from typing import Annotated

from sim.quantities import Quantity
from sim.scenario.schema.amounts import PlainAmount
from sim.scenario.schema.fields import Choice, Duration, Length, Part, PlainDuration, PlainMass, QuantityOf, Speed, field
from sim.scenario.schema.roads import RoadClass

Quality = Annotated[Quantity, QuantityOf("share", least=0.01, most=1.0, plain=True)]
Flow = Annotated[Quantity, QuantityOf("flow", plain=True)]
Factor = Annotated[Quantity, QuantityOf("share", least=0.01, most=100.0, plain=True)]


class Base(Part):
    """A base: where teams stand."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    place: str = field("地点", "place name, place id, node, or 'lon, lat'", "地名、地点编号、路网节点,或“经度, 纬度”")
    region: str | None = field("行政区", "region it lies in", "所在行政区", None)
    source: str = field("资料来源", "where the fact comes from; 'assumed' if it is assumed", "资料出处;假定的写“假定”", "")


class Hospital(Base):
    """A hospital that takes casualties."""


class Vehicle(Part):
    """A class of vehicle: how fast it is and what it may pass."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    like: str = field("参照", "vehicle class that gives what is not written here", "未写的各项参照哪一车型", "heavy")
    speeds: dict[RoadClass, Speed] = field("各级车速", "speed by road class", "按道路等级的车速", factory=dict)
    speed: Speed | None = field("车速", "one speed for all road classes", "各级道路同一车速", None)
    height: Length | None = field("车高", "height, for bridges and tunnels", "车高(限高用)", None)
    weight: PlainMass | None = field("总重", "gross weight, for bridges", "总重(限重用)", None)
    hazardous: bool = field("危险品", "carries a hazardous load", "是否载运危险货物", False)
    ordinary_factor: Factor | None = field(
        "普通行车系数",
        "driving time without lights and siren, as a multiple of an emergency run",
        "无警灯警报时行车时间为应急行车的几倍",
        None,
    )
    source: str = field("资料来源", "where the fact comes from", "资料出处", "")


class Traits(Part):
    """What a team can do and how fast it is; written once for a type, or for one team."""

    capabilities: list[str] | None = field("能力", "capabilities it gives in full", "具备的能力", None)
    substitutes: dict[str, Quality] | None = field(
        "可顶替",
        "capabilities it can stand in for, with the share of the full rate of work",
        "可顶替的能力及工效(1 为同等)",
        None,
    )
    crew: int | None = field("人数", "people", "人数", None, ge=1, le=100_000)
    vehicle: str | None = field("车型", "vehicle class it drives", "使用的车型", None)
    turnout: Duration | None = field("出动", "from the order to leaving the base", "从接到命令到驶离驻地", None)
    report_in: Duration | None = field("报到", "reporting in and receiving a task on the scene", "到场后报到、领受任务", None)
    set_up: Duration | None = field("展开", "from the task to being ready to work", "从领受任务到可作业", None)
    standby_turnout: Duration | None = field("备勤出动", "turn-out when it is on standby", "备勤时的出动用时", None)
    flow: Flow | None = field("供水流量", "water it supplies", "供水能力", None)
    refit: Duration | None = field("整备", "from coming home to being ready again", "归建后恢复待命所需时间", None)
    call_back: bool | None = field("途中可再派", "can be sent to another incident while it returns", "归建途中可否再派", None)
    carries: dict[str, PlainAmount] | None = field("随车", "goods that it brings along: item → amount", "随车携带的物资 → 数量", None)


class TeamType(Traits):
    """A type of team: what its teams have in common."""

    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Team(Traits):
    """A team, or several alike at one base."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    type: str | None = field("类型", "team type that gives what is not written here", "未写的各项取自哪一类型", None)
    count: int = field("数量", "how many alike (numbered -1, -2, …)", "同样的队伍有几支(自动编号 -1、-2 …)", 1, ge=1, le=10_000)
    base: str = field("驻地", "base where it stands", "驻在哪里")
    owner: str = field("隶属", "whose it is", "归谁管", "")
    ordered_by: list[str] = field(
        "可直接命令", "authorities that may order it; anybody when empty", "哪些指挥机构可直接下命令;不写为不限", factory=list
    )
    release_by: str | None = field("出省须报", "who must release it beyond the province", "出省须由谁批准", None)
    serves: list[str] = field("协议服务", "enterprises or places that may call it by contract", "按协议服务的企业或点位", factory=list)
    called_away_by: list[str] = field(
        "可调走", "authorities that may take it from a running incident", "哪些机构可将其从现场调走", factory=list
    )
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class PolicyWord(Choice):
    """Built-in dispatch policies."""

    NEAREST_IDLE = "nearest_idle"
    EARLIEST_COMPLETE = "earliest_complete"
    RUN_CARD = "run_card"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each policy."""
        return {"nearest_idle": "就近空闲", "earliest_complete": "最早到齐", "run_card": "出动卡"}


class RunCard(Part):
    """An ordered list of teams for some places or kinds of incident."""

    id: str = field("编号", "identifier", "唯一编号")
    kinds: list[str] = field("类型", "incident types it is for; all when empty", "适用的事件类型;不写为全部", factory=list)
    places: list[str] = field("地点", "places it is for; all when empty", "适用的地点;不写为全部", factory=list)
    teams: list[str] = field("顺序", "teams, or groups of teams, in order of preference", "依次派哪些队伍", min_length=1)


class Dispatch(Part):
    """How teams are chosen."""

    policy: list[str] = field(
        "策略",
        "policies in order: the first that finds a team decides",
        "调派策略,依次采用:先找到力量的生效",
        factory=lambda: ["nearest_idle"],
    )
    retarget: PlainDuration | None = field(
        "途中改派", "a team under way goes to a more urgent incident if it is there so much sooner", "途中队伍改派更急的事件,须至少早到多少", None
    )
    queue: bool = field(
        "排队", "needs wait when nobody is free; otherwise the incident is lost", "无力量可派时排队等候;否则视为未受理", True
    )
