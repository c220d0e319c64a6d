"""Supplies: goods and sets, depots and whose their stock is, trucks, suppliers, shelters, and what asks for goods."""

from __future__ import annotations

from sim.scenario.schema.amounts import Amount, Each, Expiry, ItemRate, Less, PlainAmount, WhenDry
from sim.scenario.schema.command import Contact, Stop
from sim.scenario.schema.fields import Area, Choice, Duration, Money, Part, PlainDuration, PlainMass, Share, Volume, field


class ItemKind(Choice):
    """What becomes of goods."""

    CONSUMABLE = "consumable"
    REUSABLE = "reusable"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each kind."""
        return {"consumable": "消耗", "reusable": "可回收"}


class Item(Part):
    """A kind of goods."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    unit: str = field("单位", "word for one of it, such as tent, L or t", "计量单位,如 顶、升、吨", "")
    kind: ItemKind = field("性质", "used up, or comes back and is refitted", "消耗,或可回收(整备后再用)", "consumable")
    mass: PlainMass = field("质量", "mass of one unit", "每单位质量")
    volume: Volume = field("体积", "volume of one unit", "每单位体积", "0 m3")
    price: Money = field("单价", "price of one unit", "每单位价格", "0 yuan")
    shelf_life: PlainDuration | None = field("保质期", "after which new stock expires", "新货多久后过期", None)
    refit: Duration = field("整备", "from being back until it can be used again", "回收到库后多久可再用", "0 min")
    loss: Share = field("损耗", "share that does not come back", "不能收回的比例", "0")
    substitutes: dict[str, PlainAmount] = field(
        "替代品",
        "other item → how many of it stand in for one, in order of preference",
        "可用何物代替 → 几个抵一个(按优先次序)",
        factory=dict,
    )
    shortage: Money = field("缺货损失", "cost of each unit that is not there in time", "每缺一单位的损失", "0 yuan")
    per_person_day: PlainAmount | None = field("每人每日", "how much a person needs a day", "每人每日用量", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class GoodsSet(Part):
    """Items that count only together."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    parts: dict[str, PlainAmount] = field(
        "组成", "item (or set) → how many in one set", "每套所含物资(或成套)→ 数量", factory=dict
    )
    serves: PlainAmount = field("保障人数", "people whom one set serves", "一套保障几人", 0)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Fleet(Part):
    """Trucks alike at one base: a depot's own, or a carrier's under contract."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    base: str | None = field("驻地", "base where they stand", "停放的驻地", None)
    place: str | None = field("地点", "where they stand, if at no base", "停放地点(不在驻地时)", None)
    vehicle: str = field("车型", "vehicle class", "使用的车型", "heavy")
    count: int = field("数量", "how many trucks (numbered -1, -2, …)", "几台车(自动编号 -1、-2 …)", 1, ge=1, le=10_000)
    payload: PlainMass = field("载重", "load of one truck", "每台载重")
    volume: Volume = field("容积", "volume of the load of one truck; not limited when not written", "每台容积;不写为不限", "0 m3")
    find: Duration = field("找车", "from asking until trucks and drivers are there", "从要车到车辆司机就位", "0 min")
    fails: Share = field("落空", "chance that none can be had for an order", "一次要车落空的可能", "0")
    per_hour: Money = field("每小时费用", "cost of an hour of driving", "每行驶一小时的费用", "0 yuan")
    rest: Stop | None = field("休息", "rest of the drivers", "驾驶员休息", None)
    fuel: Stop | None = field("加油", "refuelling", "加油", None)
    owner: str = field("隶属", "whose they are", "归谁管", "")
    agreement: str | None = field("协议", "transport contract they are had by", "凭哪份运力协议", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class StepWord(Choice):
    """Steps of a release."""

    ORDER = "order"
    KEEPER = "keeper"
    TRUCKS = "trucks"
    LOADING = "loading"
    RECEIVING = "receiving"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each step."""
        return {"order": "动用指令", "keeper": "叫库管", "trucks": "找车", "loading": "装车", "receiving": "接收分发"}


class DepotStep(Contact):
    """One step of a release; for the order and the keeper also how the post is reached."""

    step: StepWord = field("环节", "which step", "哪一环节")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    time: Duration = field("用时", "how long it takes", "用时", "0 min")
    post: str | None = field("谁", "authority that is called", "呼叫哪个机构", None)


class Making(Part):
    """What a firm can make under contract."""

    per_day: PlainAmount = field("每日", "how much a day", "每日产量")
    after: Duration = field("起产", "from the order until the first comes", "下单后多久出第一批", "0 min")
    most: PlainAmount | None = field("最多", "most that it makes; not limited when not written", "最多产多少;不写为不限", None)


class Stock(Contact):
    """Goods of one item and one owner in a depot."""

    id: str | None = field("编号", "identifier, where another file changes it", "编号(供别的文件修改时指明)", None)
    item: str = field("物资", "what it is", "哪种物资")
    quantity: PlainAmount | None = field("数量", "how much lies there", "现有数量", None)
    owner: str = field("权属", "whose it is", "归谁所有", "")
    released_by: str | None = field("动用指令", "authority whose word releases it", "由谁下令动用", None)
    time: Duration | None = field(
        "用时",
        "from the call until it is released; as the depot's step 'order' when not written",
        "从呼叫到下令;不写按出库的“动用指令”",
        None,
    )
    refuses: Share = field("不同意", "chance that it declines", "不同意的可能", "0")
    channel: str | None = field("通道", "channel of mutual aid by which it is asked for instead", "改经哪条增援通道请求", None)
    agreement: str | None = field("协议", "agreement or contract it is had by", "凭哪份协议", None)
    keeps: PlainAmount | None = field("留底", "how much of it stays", "至少留多少", None)
    usable: bool = field("可动用", "may be touched in this scenario", "本情景中可否动用", True)
    expires: Expiry = field(
        "到期", "when it expires: a moment, or a time from the start on", "何时过期:时刻,或自开始起多久", None
    )
    makes: Making | None = field("产能", "what a firm makes of it under contract", "协议产能", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Depot(Part):
    """A building with stock; a firm's too."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    place: str = field("地点", "place name, place id, node, or 'lon, lat'", "地名、地点编号、路网节点,或“经度, 纬度”")
    region: str | None = field("行政区", "region it lies in", "所在行政区", None)
    firm: bool = field("企业", "a firm's, not an authority's", "是否企业的库", False)
    space: Volume = field("库容", "room for goods", "库容", "0 m3")
    bays: int = field("装车位", "trucks loaded at once; 0 for no limit", "同时能装几台车;0 为不限", 0, ge=0, le=1000)
    loading: ItemRate | None = field(
        "装车速度", "loading rate of a bay: 200 /h, 200 tents/h or 30 t/h", "每个装车位的速度:200 /h、200 顶/h 或 30 t/h", None
    )
    steps: list[DepotStep] = field("出库", "steps of a release, in order", "出库各环节(按次序)", factory=list)
    fleets: list[str] = field("运力", "fleets that carry its goods, in order", "由哪些运力承运(按次序)", factory=list)
    stock: list[Stock] = field("库存", "what lies there", "库存", factory=list)
    keeper: str = field("保管", "who keeps it", "由谁保管", "")
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Supplier(Part):
    """Where new goods are ordered."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    lead: Duration = field("供货期", "from the order until it is there", "从订货到入库")
    fails: Share = field("落空", "chance that an order does not come", "一次订货落空的可能", "0")
    prices: dict[str, Money] = field("单价", "item → its price, where it differs", "物资 → 价格(与物资表不同时)", factory=dict)
    agreement: str | None = field("协议", "supply contract", "凭哪份供货协议", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class RestockRule(Choice):
    """How stock is filled up again."""

    R_Q = "r_q"
    S_S = "s_s"
    BASE_STOCK = "base_stock"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each rule."""
        return {"r_q": "定量订货", "s_s": "最大最小", "base_stock": "基本库存"}


class Restock(Part):
    """How the stock of one item in a depot is filled up again."""

    depot: str = field("储备库", "depot", "哪个储备库")
    owner: str | None = field("权属", "whose stock, where there are several owners", "谁的库存(有几家时)", None)
    item: str = field("物资", "what is ordered", "哪种物资")
    policy: RestockRule = field("办法", "(r, Q), (s, S) or base stock", "定量订货、最大最小或基本库存", "r_q")
    when: PlainAmount | None = field("订货点", "an order goes out at or below this (r, s)", "库存到此即订(r、s)", None)
    order: PlainAmount | None = field("订货量", "how much is ordered (Q)", "每次订多少(Q)", None)
    up_to: PlainAmount | None = field("补至", "filled up to this (S)", "补到多少(S)", None)
    review: PlainDuration = field("盘点", "time between looks; 0: looked at all the time", "多久盘点一次;0 为随时", "0 min")
    supplier: str = field("供应商", "who delivers", "向谁订")
    order_cost: Money = field("每次订货费用", "cost of an order", "每次订货的费用", "0 yuan")


class Shelter(Part):
    """An indoor shelter."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    place: str = field("地点", "place name, place id, node, or 'lon, lat'", "地名、地点编号、路网节点,或“经度, 纬度”")
    area: Area | None = field("面积", "floor area", "可用面积", None)
    per_head: Area | None = field("人均", "floor area a head", "人均面积", None)
    people: int | None = field(
        "人数", "people it takes, where no area is written", "可安置人数(未写面积时)", None, ge=0, le=10_000_000
    )
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class SupplyPolicyWord(Choice):
    """How stores are chosen."""

    NEAREST = "nearest"
    FEWEST_VEHICLES = "fewest_vehicles"
    EARLIEST_COMPLETE = "earliest_complete"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each policy."""
        return {"nearest": "就近", "fewest_vehicles": "最少车次", "earliest_complete": "最早到齐"}


class SupplyRules(Part):
    """How supplies are chosen, and what happens with them afterwards."""

    policy: SupplyPolicyWord = field("策略", "how stores are chosen", "从哪里调的办法", "nearest")
    holding: Share = field(
        "持有费率", "cost of holding goods for a year, as a share of their price", "每年持有费用占价格的比例", "0"
    )
    collect: Duration | None = field(
        "回收", "from the end of an incident until what comes back is on its way; nothing comes back when not written",
        "处置结束到回收起运;不写为不回收", None,
    )  # fmt: skip


class PerSignal(Part):
    """An amount that follows a signal of the incident."""

    signal: str = field("态势", "amount of the incident that it follows, or released", "随哪一态势数值,或 泄漏量")
    each: Each = field("每", "for each so many of it", "每多少", 1)
    quantity: PlainAmount = field("数量", "so many units", "要多少单位", 1)
    less: Less = field(
        "扣除", "taken off first: a number, a shelter, or 'shelters' for all", "先扣除:数值、某安置点,或“安置点”(全部)", 0
    )


class MissingWord(Choice):
    """What it is when nobody has the goods."""

    ERROR = "error"
    WARNING = "warning"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each."""
        return {"error": "报错", "warning": "提醒"}


class SupplyNeed(Part):
    """One line of goods that an incident asks for."""

    item: str | None = field("物资", "what is wanted", "需要哪种物资", None)
    set: str | None = field("成套", "set that is wanted", "需要哪种成套", None)
    quantity: Amount | None = field("数量", "how much", "需要多少", None)
    per: PerSignal | None = field("按", "how much, where it follows a signal", "按态势数值计算需要多少", None)
    after: Duration = field("何时", "from the need being known until it is asked for", "明确需求后多久提出", "0 min")
    deadline: PlainDuration | None = field("限时", "time from the alarm by which all must be there", "自接警起,到齐的时限", None)
    stores: list[str] = field(
        "来自",
        "depots (or depot/owner) that may be asked; all when empty",
        "可从哪些储备库(或 储备库/权属)调;不写为全部",
        factory=list,
    )
    policy: SupplyPolicyWord | None = field(
        "策略", "how stores are chosen; as for the scenario when not written", "从哪里调的办法;不写同情景", None
    )
    feeds: bool = field(
        "供作业",
        "stays on the scene for tasks to use; otherwise handed out to people",
        "留在现场供作业使用;否则发放给群众",
        False,
    )
    when_missing: MissingWord = field(
        "无货时", "whether goods that nobody has are an error or a warning", "谁都没有货时报错还是提醒", "error"
    )


class Use(Part):
    """What the work of a need line uses up, each team by itself."""

    item: str = field("物资", "what is used", "消耗哪种物资")
    rate: ItemRate = field("速率", "how fast, each team: 6 L/min", "每队消耗速率,如 6 L/min")
    when_dry: WhenDry = field("断供时", "share of the rate of work without it, or stop", "断供时的工效,或“停止”", "stop")
    ask_when: PlainDuration | None = field(
        "低于", "more is asked for when it lasts no longer than this", "现有的只够多久时请供", None
    )
    ask_for: PlainDuration | None = field("请供", "and then as much as lasts so long", "一次请供够用多久的量", None)


class Fill(Part):
    """What a team makes ready again on the scene, such as air cylinders."""

    item: str = field("物资", "what is filled", "充装哪种物资")
    rate: ItemRate = field("速率", "how fast, each team: 60 /h", "每队充装速率,如 60 /h")
