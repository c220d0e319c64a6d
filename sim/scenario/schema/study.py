"""The study file: a small file that points at scenarios and asks one question of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.scenario.schema.fields import Choice, Money, Part, PlainDuration, Share, field
from sim.scenario.schema.root import Mode


class StudyWord(Choice):
    """Kinds of study."""

    COMPARE = "compare"
    SIZE = "size"
    PLACE = "place"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each kind."""
        return {"compare": "比选", "size": "定量", "place": "布点"}


class Written:
    """Marks a field that is kept as it is written and read later, when what it belongs to is known."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take anything."""
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe it for editors."""
        return {}


Overlay = Annotated[Any, Written()]
"""Changes in the keys of the scenario file; `sim.scenario.study` gives them their canonical names."""
Amount = Annotated[Any, Written()]
"""An amount in the unit of a metric or of an item: ``5 min``, ``2 %``, ``100 顶``."""


class Variant(Part):
    """One configuration: the study's scenario with changes, or another scenario file."""

    id: str = field("编号", "identifier", "唯一编号", min_length=1)
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    scenario: str | None = field("情景", "scenario file in place of the study's", "改用另一个情景文件", None)
    change: Overlay = field("改动", "changes to the scenario, in its own keys", "对情景的改动,按情景文件的写法", None)
    cost: Money | None = field("费用", "what it costs", "所需费用", None)
    source: str = field("资料来源", "where the cost comes from", "费用出处", "")


class Replications(Part):
    """How many replications, and when it is looked at whether they are enough."""

    most: int = field("最多", "no more than so many", "最多几次", ge=1, le=10_000_000)
    first: int = field("首批", "so many before the first look", "先做几次再判断", 20, ge=2, le=1_000_000)
    batch: int = field("每批", "so many between two looks", "此后每批几次", 20, ge=1, le=1_000_000)


class Precision(Part):
    """How exactly a difference is to be known."""

    metric: str = field("看什么", "metric", "指标")
    within: Amount = field("误差", "half-width of the 95 % interval of the difference", "差别的 95 % 区间半宽不超过多少")


class BestWord(Choice):
    """Which value of a metric is best."""

    LEAST = "least"
    MOST = "most"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each."""
        return {"least": "越小越好", "most": "越大越好"}


class MethodWord(Choice):
    """How the best is chosen."""

    KN = "kn"
    RINOTT = "rinott"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each: names of their authors, the same in both."""
        return {"kn": "KN", "rinott": "Rinott"}


class Choose(Part):
    """Choose the best variant with a stated probability."""

    metric: str | None = field("看什么", "metric", "按哪个指标", None)
    best: BestWord | None = field("以何为优", "the metric's own good direction when not written", "不写则按指标本身", None)
    indifference: Amount = field("无差别", "differences smaller than this do not matter", "小于它的差别不计较")
    probability: Share = field("把握", "probability that the best, or one as good, is chosen", "选对的把握", "0.95")
    method: MethodWord | None = field(
        "方法", "kn: drops variants on the way; rinott: two stages, only with independent seeds; by the seeds when not written",
        "KN:边做边淘汰;Rinott:两阶段,只用于各自的随机数;不写则按随机数定", None,
    )  # fmt: skip


class SeedsWord(Choice):
    """Whether variants share their luck."""

    COMMON = "common"
    INDEPENDENT = "independent"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each way."""
        return {"common": "共用", "independent": "各自"}


class Small(Part):
    """One small change whose worth is measured: one more team, a hundred more of an item, ten minutes less on a link."""

    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    of: str | None = field(
        "在何方案上", "variant that it changes; the baseline when not written", "在哪个方案上改;不写为基准", None
    )
    team: str | None = field("队伍", "team (group) of which there are more", "增加哪一支(组)队伍", None)
    depot: str | None = field("储备点", "depot that holds more", "哪个储备点增加库存", None)
    item: str | None = field("物资", "item of which there is more", "增加哪种物资", None)
    add: Amount = field("增加", "how many more", "增加多少", None)
    channel: str | None = field("增援通道", "channel of mutual aid that is quicker", "哪条增援通道更快", None)
    post: str | None = field(
        "环节", "link (its post) that is quicker; the slowest when not written", "哪一环(到谁)更快;不写为最慢的一环", None
    )
    sooner: PlainDuration | None = field("提前", "by how much the link is shortened", "该环缩短多少", None)
    change: Overlay = field("改动", "any other change, in the keys of the scenario", "其他任何改动,按情景文件的写法", None)
    price: Money | None = field("价格", "what it costs", "所需费用", None)
    source: str = field("资料来源", "where the price comes from", "价格出处", "")


class RestsOn(Part):
    """How the question is asked what the conclusion rests on."""

    metric: str | None = field("看什么", "metric that ranks; the first when not written", "按哪个指标排序;不写为第一个", None)
    most: int = field("最多", "evaluations at most", "最多试算几次", 400, ge=1, le=1_000_000)
    replications: int | None = field(
        "次数", "replications of one evaluation, in a plan test; planned values when not written",
        "推演时每次试算重复几次;不写则按计划值", None, ge=1, le=100_000,
    )  # fmt: skip


class CompareStudy(Part):
    """A comparison of configurations."""

    format: int = field("格式", "format of the file: 1", "文件格式:1")
    study: StudyWord = field("研究", "kind of study: compare", "研究类型:比选")
    name: str = field("名称", "name of the study", "研究名称", min_length=1)
    question: str = field("问题", "question that it answers", "要回答的问题", "")
    scenario: str | None = field("情景", "scenario file that variants change", "各方案所改动的情景文件", None)
    variants: list[Variant] = field("方案", "configurations to compare", "要比较的各方案", min_length=1)
    baseline: str | None = field(
        "基准", "variant the others are held against; the first when not written", "与哪个方案比;不写为第一个", None
    )
    metrics: list[str] = field(
        "看什么", "metrics; those of the scenario's objectives when not written", "看哪些指标;不写为情景的目标", factory=list
    )
    mode: Mode | None = field(
        "方式", "drill: planned values, once; plan: chance, many replications; that of the scenario when not written",
        "演练:按计划值走一遍;推演:计入随机;不写同情景", None,
    )  # fmt: skip
    replications: int | Replications | None = field(
        "次数", "replications, or {most, first, batch}", "重复次数,或 {最多, 首批, 每批}", None
    )
    precision: list[Precision] = field(
        "精度", "stop as soon as differences are known so exactly", "差别精确到此即可停止", factory=list
    )
    choose: Choose | None = field("选优", "choose the best with a stated probability", "以给定把握选出最优", None)
    seeds: SeedsWord = field("随机数", "common: variants share their luck; independent", "共用:各方案同样的运气;各自", "common")
    seed: int | None = field(
        "种子", "seed of the draws; the scenario's when not written", "随机种子;不写同情景", None, ge=0, lt=2**63
    )
    marginal: list[Small] = field("边际", "small changes whose worth is measured", "逐一衡量的小改动", factory=list)
    rests_on: bool | RestsOn = field("取决于", "find out which assumptions turn the ranking", "找出哪些假定会改变排序", False)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")
