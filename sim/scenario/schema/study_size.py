"""A sizing study: how much of what should lie where, against a set of cases with probabilities."""

from __future__ import annotations

from typing import Annotated

from sim.quantities import Quantity
from sim.scenario.schema.amounts import PlainAmount
from sim.scenario.schema.fields import Money, Part, PlainDuration, QuantityOf, Share, field
from sim.scenario.schema.study import Overlay, StudyWord

Weight = Annotated[Quantity, QuantityOf("share", plain=True)]
Level = Annotated[Quantity, QuantityOf("share", least=0.5, most=0.999, plain=True)]


class Case(Part):
    """A case that may come: a scenario file with its probability; without a file nothing happens."""

    id: str = field("编号", "identifier", "唯一编号", min_length=1)
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    scenario: str | None = field("情景", "scenario file; nothing happens when not written", "情景文件;不写即无事发生", None)
    change: Overlay = field("改动", "changes to it, in its own keys", "对情景的改动,按情景文件的写法", None)
    probability: Share = field("概率", "probability in a year; all cases together make 1", "一年中发生的概率;各情形合计为 1")
    draws: int = field(
        "抽样", "times its needs are drawn (a drill has planned needs: one)", "需求抽样几次(演练按计划值,只有一次)", 1, ge=1, le=100_000
    )
    source: str = field("资料来源", "where the probability comes from", "概率出处", "")


class Minimum(Part):
    """What a standard asks to be held."""

    item: str = field("物资", "item", "哪种物资")
    amount: PlainAmount = field("数量", "at least so much", "至少多少")
    depots: list[str] = field("储备库", "in these depots together; in all when not written", "合计于哪些储备库;不写为全部", factory=list)
    basis: str = field("依据", "rule or plan that sets it", "依据", "")


class Room(Part):
    """What one depot may take."""

    depot: str = field("储备库", "depot", "哪个储备库")
    owner: str | None = field("权属", "whose new stock is; that of its first stock when not written", "新增归谁;不写同首项库存", None)
    open_cost: Money = field("启用费用", "yearly cost if it holds anything", "启用后每年费用", "0 yuan")
    survives: dict[str, Share] = field(
        "可用比例", "case → share of its stock that can be used then", "情形 → 届时库存可用的比例", factory=dict
    )


class Risk(Part):
    """Weight on the worst cases."""

    weight: Weight = field("权重", "of the mean of the worst cases, beside the mean of all", "最坏情形均值的权重(另加于总均值)")
    level: Level = field("水平", "the worst cases are those beyond this share", "超出此比例的为最坏情形", "0.9")


class Service(Part):
    """A promise: in so many cases of a hundred nobody is short."""

    level: Level = field("把握", "probability that no place is short", "各地均不缺的概率")
    tolerance: Share = field("容许缺口", "share that may be short all the same", "仍容许的缺口比例", "0")


class SizeStudy(Part):
    """Sizing of a reserve."""

    format: int = field("格式", "format of the file: 1", "文件格式:1")
    study: StudyWord = field("研究", "kind of study: size", "研究类型:定量")
    name: str = field("名称", "name of the study", "研究名称", min_length=1)
    question: str = field("问题", "question that it answers", "要回答的问题", "")
    cases: list[Case] = field("情形", "cases with their probabilities", "各种情形及概率", min_length=1)
    items: list[str] = field("物资", "items to size; all that are asked for when not written", "要定量的物资;不写为需要的全部", factory=list)
    depots: list[str] = field(
        "储备库", "depots that may hold more; all that are no firm's when not written", "可增储的储备库;不写为非企业的全部", factory=list
    )
    rooms: list[Room] = field("各库", "what is particular to a depot", "各库的专门规定", factory=list)
    within: PlainDuration = field("限时", "for needs without a deadline of their own", "未写时限的需求按此时限", "10 h")
    budget: Money | None = field("预算", "for what is bought; not limited when not written", "采购预算;不写为不限", None)
    budgets: list[Money] = field("预算各档", "further budgets, for the price-service curve", "价格—服务曲线的其他预算", factory=list)
    minimum: list[Minimum] = field("下限", "what standards ask to be held", "标准要求的最低储备", factory=list)
    packs: dict[str, PlainAmount] = field("整装", "item → bought in whole packs (truckloads) of so many", "物资 → 按多少一批(整车)采购", factory=dict)
    prices: dict[str, Money] = field("单价", "item → price, where it differs", "物资 → 价格(与物资表不同时)", factory=dict)
    shortage: dict[str, Money] = field("缺货损失", "item or set → cost of one that does not come in time", "物资或成套 → 每缺一单位的损失", factory=dict)
    movable: bool = field("可调整现有库存", "present stock may be moved to other depots", "现有库存可否移库", False)
    move_cost: Money = field("移库费用", "of a tonne moved to another depot", "每移库一吨的费用", "0 yuan")
    risk: Risk | None = field("风险", "weight on the worst cases", "对最坏情形的权重", None)
    service: Service | None = field("服务承诺", "chance constraint on shortage", "缺货的概率约束", None)
    gap: Share = field("差距", "how far from the best the plan may be", "方案与最优的差距不超过", "1 %")
    proof: int = field("验证次数", "replications of each case in the proof by simulation", "仿真验证时每种情形重复几次", 50, ge=1, le=1_000_000)
    seed: int = field("种子", "seed of the draws", "随机种子", 1, ge=0, lt=2**63)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")
