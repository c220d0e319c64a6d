"""Places and roads: what a scenario adds to its network, and what happens on it."""

from __future__ import annotations

from typing import Annotated

from sim.quantities import Quantity
from sim.scenario.schema.fields import (
    Angle,
    Choice,
    Duration,
    Length,
    Part,
    PlainDuration,
    QuantityOf,
    Share,
    Speed,
    Temperature,
    When,
    field,
)

DetourFactor = Annotated[Quantity, QuantityOf("share", least=1.0, most=10.0, plain=True)]
SpeedFactor = Annotated[Quantity, QuantityOf("share", least=0.01, most=10.0, plain=True)]


class Coordinates(Choice):
    """Coordinate systems that longitude and latitude may be written in, or plane metres."""

    WGS84 = "WGS-84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"
    METRES = "metres"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each system."""
        return {"WGS-84": "WGS84", "CGCS2000": "国家2000", "GCJ-02": "火星坐标", "BD-09": "百度坐标", "metres": "平面米"}


class StraightLine(Part):
    """No roads: straight line, one speed, a detour factor."""

    speed: Speed = field("车速", "speed", "车速")
    detour: DetourFactor = field(
        "绕行系数", "driven distance as a multiple of the straight line", "行车距离与直线距离之比", "1.3"
    )


class Roads(Part):
    """The network of a scenario."""

    file: str | None = field(
        "文件", "folder, .osm.pbf, .graphml or matrix .csv", "文件夹、.osm.pbf、.graphml 或行车时间矩阵 .csv", None
    )
    straight_line: StraightLine | None = field("直线", "no roads: straight line", "没有路网:按直线距离", None)
    tolerance: Length = field("接路距离", "how far a place may lie from a road", "地点离道路最远多少仍算可达", "5 km")
    access_speed: Speed = field("接路车速", "speed between a place and the road", "地点与道路之间的车速", "20 km/h")


class PlaceEntry(Part):
    """A place that the scenario adds."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name", "名称", "")
    at: str = field("位置", "'lon, lat' (or 'x, y' in metres), or a node", "“经度, 纬度”(或平面米 x, y),或路网节点")
    aliases: list[str] = field("别名", "other names", "别名", factory=list)
    coordinates: Coordinates | None = field("坐标系", "coordinate system of this place", "此处坐标的坐标系", None)
    source: str = field("资料来源", "where the fact comes from", "资料出处", "")


class RoadClass(Choice):
    """Classes of road."""

    MOTORWAY = "motorway"
    TRUNK = "trunk"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    LOCAL = "local"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each class."""
        return {
            "motorway": "高速", "trunk": "国道快速", "primary": "一级", "secondary": "二级", "tertiary": "三级", "local": "乡村",
        }  # fmt: skip


class ExtraRoad(Part):
    """A road that the network lacks."""

    begin: str = field("起", "place where it begins", "起点")
    end: str = field("止", "place where it ends", "终点")
    length: Length | None = field("长度", "length; straight line × 1.3 when not written", "长度;不写按直线 1.3 倍", None)
    road_class: RoadClass = field("等级", "road class", "道路等级", "secondary")
    one_way: bool = field("单行", "only from begin to end", "是否单行", False)
    name: str = field("名称", "name", "名称", "")
    source: str = field("资料来源", "where the fact comes from", "资料出处", "")


class MeasuredTime(Part):
    """A measured driving time: it overrides the network for this pair of places."""

    begin: str = field("起", "place, base, team or incident where the drive begins", "起点(地点、驻地、队伍或事件)")
    end: str = field("止", "place, base, hospital or incident where it ends", "终点(地点、驻地、医院或事件)")
    time: PlainDuration = field("用时", "driving time", "行车用时")
    vehicle: str | None = field("车型", "vehicle class it holds for; all when not written", "适用车型;不写为全部", None)
    date: str = field("日期", "when it was measured", "实测日期", "")
    both_ways: bool = field("往返", "holds for the way back too", "返程是否相同", False)
    source: str = field("资料来源", "where it comes from", "资料出处", "")


class BorderDelay(Part):
    """Time lost where a road crosses a border."""

    between: list[str] = field("之间", "the two regions", "两侧的行政区", min_length=2, max_length=2)
    time: PlainDuration = field("用时", "time lost", "过界用时")
    source: str = field("资料来源", "where it comes from", "资料出处", "")


class Traffic(Part):
    """Slower (or faster) hours of the day."""

    begins: int = field("自", "first hour, 0 to 23", "自几时起(0–23)", ge=0, le=23)
    ends: int = field("至", "hour at which it ends, 1 to 24", "到几时止(1–24)", ge=1, le=24)
    factor: SpeedFactor = field("车速系数", "speed as a multiple of free flow", "车速与畅通时之比")
    classes: list[RoadClass] = field(
        "等级", "road classes it holds for; all when empty", "适用的道路等级;不写为全部", factory=list
    )
    source: str = field("资料来源", "where it comes from", "资料出处", "")


class Closure(Part):
    """Which roads: between two places, or around one."""

    begin: str | None = field("起", "one end of the stretch", "路段一端", None)
    end: str | None = field("止", "other end of the stretch", "路段另一端", None)
    around: str | None = field("周围", "place or incident in the middle", "以何处为中心(地点或事件)", None)
    radius: Length | None = field("半径", "radius of the circle", "半径", None)


class RoadEvent(Part):
    """A closure or slowing of roads, from a moment on, for a while."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    close: Closure | None = field("封闭", "roads that are closed", "封闭哪些道路", None)
    slow: Closure | None = field("缓行", "roads that are slower", "哪些道路缓行", None)
    factor: Share | None = field("车速系数", "speed there as a share of normal", "缓行时车速与正常之比", None)
    begins: When = field("自", "when it begins", "开始时刻")
    ends: When | None = field("至", "when it ends", "结束时刻", None)
    lasts: Duration | None = field("历时", "how long it lasts", "历时", None)
    allow: list[str] = field("放行", "vehicle classes that may pass", "放行的车型", factory=list)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class WeatherWord(Choice):
    """Weather, as the road cares."""

    CLEAR = "clear"
    RAIN = "rain"
    HEAVY_RAIN = "heavy_rain"
    SNOW = "snow"
    ICE = "ice"
    FOG = "fog"
    DUST = "dust"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each kind of weather."""
        return {
            "clear": "晴", "rain": "雨", "heavy_rain": "大雨", "snow": "雪", "ice": "结冰", "fog": "雾", "dust": "沙尘",
        }  # fmt: skip


class Wind(Part):
    """Wind."""

    blows_from: Angle = field("来向", "direction it comes from, degrees from north", "风的来向,自正北顺时针的度数")
    speed: Speed = field("风速", "speed", "风速")


class Weather(Part):
    """The weather of the scenario."""

    condition: WeatherWord = field("状况", "kind of weather", "天气状况", "clear")
    temperature: Temperature | None = field("气温", "temperature (noted; nothing depends on it yet)", "气温(仅记录,目前不影响计算)", None)
    wind: Wind | None = field("风", "wind (noted; nothing depends on it yet)", "风(仅记录,目前不影响计算)", None)
    source: str = field("资料来源", "where it comes from", "资料出处", "")
