"""Cover of home: standards, early warning and standby, moving up, radio."""

from __future__ import annotations

from sim.scenario.schema.fields import Choice, Duration, Length, Part, PlainDuration, Share, When, field
from sim.scenario.schema.incidents import PlaceWeight


class Standard(Part):
    """A standard of cover: places that teams with a capability must reach in time."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    capability: str = field("能力", "capability that must be there", "须到达的能力")
    within: PlainDuration = field("时限", "turn-out and drive, as planned", "出动加行车(计划值)不超过")
    squads: int = field("队数", "so many teams must be able to be there in time", "须有几支队伍能按时到达", 1, ge=1, le=100)
    places: str | list[PlaceWeight] = field("点位", "places, or the name of a group of places", "点位,或地点组名称")
    people: bool = field("按人口", "weights are people: the share of people counts", "权重为人口:按人口比例计", False)
    served_by: dict[str, list[str]] = field(
        "服务", "place → teams that serve it by contract", "点位由哪些队伍签约服务", factory=dict
    )
    basis: str = field("依据", "rule that sets it", "依据", "")
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class EarlyWarning(Part):
    """An early warning that puts teams on standby."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    colour: str = field("颜色", "colour of the warning: 蓝, 黄, 橙, 红", "预警颜色:蓝、黄、橙、红", "")
    begins: When = field("自", "when it is issued", "发布时刻")
    ends: When | None = field("至", "when it ends", "解除时刻", None)
    standby: list[str] = field("备勤", "teams that stand by from then on", "转入备勤的队伍", factory=list)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class RuleWord(Choice):
    """How teams are moved up."""

    TABLE = "table"
    GREEDY = "greedy"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each rule."""
        return {"table": "守备表", "greedy": "期望覆盖最大"}


class MoveUp(Part):
    """How idle teams are moved to cover for others."""

    id: str = field("编号", "identifier", "唯一编号")
    rule: RuleWord = field("办法", "compliance table, or greedy maximum expected cover", "守备表,或期望覆盖最大", "table")
    capability: str = field("能力", "teams with this capability are moved", "移动哪种能力的队伍")
    teams: list[str] = field(
        "队伍", "teams that may be moved; all with the capability when empty", "可移动的队伍;不写为全部", factory=list
    )
    bases: list[str] = field("驻地", "bases that may be manned", "可驻防的驻地", min_length=1)
    table: dict[str, list[str]] = field("守备表", "idle teams → bases to man", "可用队数 → 应驻防的驻地", factory=dict)
    standard: str | None = field("标准", "standard whose cover the greedy rule maximises", "期望覆盖所依据的守备标准", None)
    busy: Share = field("忙碌比例", "share of time that a team is busy", "队伍忙碌的时间比例", "0.3")
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class RadioGap(Part):
    """Where and when radio fails or is weak."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    around: str = field("中心", "middle of the area", "区域中心")
    radius: Length = field("半径", "radius of the area", "区域半径")
    begins: When | None = field("自", "when it begins; the start when not written", "开始时刻;不写为情景开始", None)
    ends: When | None = field("至", "when it ends", "结束时刻", None)
    lasts: Duration | None = field("历时", "how long it lasts", "持续多久", None)
    delay: Duration | None = field(
        "延误", "each order or report takes so much longer; lost when not written", "每次通联多用的时间;不写为不通", None
    )
    messenger: Duration = field("驱车", "somebody drives, where radio is lost", "不通时派人驱车传达", "30 min")
    relay: str | None = field("通信保障", "capability that restores radio from within the area", "哪种能力到场后恢复通信", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")
