"""Command and mutual aid: posts, calls between them, channels, agreements, lenders, plans and their levels."""

from __future__ import annotations

from sim.scenario.schema.fields import Choice, Duration, Part, PlainDuration, Share, field


class Region(Part):
    """A part of the land; who may order whom is not this tree."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    parent: str | None = field("上级", "region that it belongs to", "上级行政区", None)


class SecondContact(Part):
    """Who is called when the first contact does not answer."""

    time: Duration = field("用时", "an answered call to the second contact", "B角接通所用时间")
    no_answer: Share = field("无应答", "chance that he does not answer", "B角无应答的可能", "0")


class Contact(Part):
    """How a post is reached: written for the post once, or for one call."""

    no_answer: Share | None = field("无应答", "chance that a try is not answered", "每次无应答的可能", None)
    tries: int | None = field(
        "呼叫次数",
        "tries before another way is taken; 2 when not written",
        "改用其他办法前呼叫几次;不写为 2 次",
        None,
        ge=1,
        le=100,
    )
    again: Duration | None = field(
        "每次", "an unanswered try; as an answered one when not written", "每次无应答所用时间;不写同接通", None
    )
    second: SecondContact | None = field("B角", "second contact", "第二联系人", None)
    by_road: Duration | None = field("驱车", "somebody drives there, when no call gets through", "叫不通时派人驱车前往", None)


class Authority(Contact):
    """A post that decides, orders, asks or is told."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    region: str | None = field("行政区", "region it answers for", "所属行政区", None)
    place: str | None = field("地点", "where it sits", "办公地点", None)
    desks: int = field(
        "席位", "calls and decisions it handles at once; 0 for no limit", "同时能处理几件事;0 为不限", 0, ge=0, le=1000
    )
    people: int = field(
        "人数", "people it answers for, to be moved after a warning", "预警后由其组织转移的人数", 0, ge=0, le=10_000_000
    )
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Link(Contact):
    """One call to a post, until it has understood and decided; how it is reached is that of the post unless written here."""

    caller: str | None = field("从", "who calls; the one before when not written", "由谁呼叫;不写为上一环", None)
    to: str = field("到", "who is called", "呼叫谁")
    time: Duration = field("用时", "from the call until it has decided and acts", "从呼叫到办结")
    refuses: Share = field("不同意", "chance that it declines", "不同意的可能", "0")


class ReportLink(Link):
    """A link of a reporting line, with the time by which the first report must be there."""

    deadline: PlainDuration | None = field("限时", "from the alarm until the first report", "自接警起首报的时限", None)


class ReportLine(Part):
    """A line on which reports go up: first, follow-up and final report."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    after: Duration = field("起报", "from the alarm (or the change) to the first call", "自接警(或变化)到开始上报", "0 min")
    links: list[ReportLink] = field("环节", "calls one after the other", "依次上报的各环节", min_length=1)
    basis: str = field("依据", "rule that sets the deadlines", "时限依据", "")


class Signatory(Contact):
    """Finding the person who may approve; the second contact approves when he cannot be found."""

    name: str = field("谁", "office of the signatory", "谁批准(职务)", "")
    find: Duration = field("找到", "from the first try to having him on the line", "找到领导所用时间", "0 min")


class Level(Part):
    """A response level of a government's plan."""

    level: str = field("级别", "level: 四级 (lowest) to 一级", "级别:四级(最低)至一级")
    when: str = field("条件", "condition on what has been reported", "启动条件(按已收到的报告)", "always")
    until: str | None = field("解除条件", "condition that ends it", "降级、终止条件", None)
    signatory: Signatory = field("谁批", "who approves it", "由谁批准", factory=Signatory)
    decide: Duration = field("用时", "from having the signatory to the approval", "从找到人到批准", "0 min")
    package: str | None = field("力量编成", "package that it releases", "随之调派的力量编成", None)
    basis: str = field("依据", "article of the plan", "预案条款", "")


class Plan(Part):
    """A government's emergency plan for some kinds of incident."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    government: str = field("政府", "authority whose plan it is", "哪一级政府(指挥机构)的预案")
    kinds: list[str] = field("适用", "incident types it is for; all when empty", "适用的事件类型;不写为全部", factory=list)
    levels: list[Level] = field("级别", "its response levels", "各响应级别", min_length=1)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class AgreementKind(Choice):
    """Three different papers."""

    GOVERNMENT = "government"
    RESCUE = "rescue"
    SUPPLY = "supply"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each kind."""
        return {"government": "政府间", "rescue": "企业救援", "supply": "物资运力"}


class Agreement(Part):
    """An agreement between governments, a rescue contract of an enterprise, a supply or transport contract."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    kind: AgreementKind = field(
        "性质", "between governments, rescue contract, or supply", "政府间、企业救援、物资运力", "government"
    )
    parties: list[str] = field("各方", "authorities, enterprises, teams that signed", "签约各方", min_length=2)
    incident_types: list[str] = field(
        "适用", "incident types it covers; all when empty", "适用的事件类型;不写为全部", factory=list
    )
    most: int = field("最多", "teams at a time; 0 for no limit", "同时最多借几支队伍;0 为不限", 0, ge=0, le=10_000)
    lasts: PlainDuration | None = field("期限", "after which a lent team goes home", "借调多久后归还", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Channel(Part):
    """A channel of mutual aid: a named chain of calls, from who asks to the lender's own desk."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    links: list[Link] = field(
        "环节", "calls one after the other; the last is the lender", "依次的各环节,最后一环为支援方", min_length=1
    )
    notify: list[str] = field("同时报备", "posts told at the same time, off the path", "同时报备的机构(不占路径)", factory=list)
    excluded: list[str] = field(
        "不适用", "team types, owners or capabilities that it cannot move", "不能经此调动的队伍类型、隶属或能力", factory=list
    )
    agreement: str | None = field("协议", "agreement it rests on", "所依据的协议", None)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class Stop(Part):
    """Stops on a long way."""

    every: PlainDuration = field("每行驶", "driving time between stops", "每行驶多久停一次")
    lasts: PlainDuration = field("停", "length of the stop", "每次停多久")


class Convoy(Part):
    """How the teams of one request travel."""

    together: bool = field(
        "一并出发", "the first waits for the last; otherwise each leaves when ready", "等齐后一并出发;否则先好先走", True
    )
    vehicle: str | None = field("车型", "vehicle class of the convoy", "编队按哪一车型行驶", None)
    rest: Stop | None = field("休息", "rest of the drivers", "驾驶员休息", None)
    fuel: Stop | None = field("加油", "refuelling", "加油", None)


class Floor(Part):
    """What a lender keeps at home."""

    teams: int = field("队伍", "so many of its teams stay ready", "至少留几支可用队伍", 0, ge=0, le=10_000)
    standard: str | None = field("标准", "standard of cover that must still be met", "须仍达到的守备标准", None)
    share: Share | None = field("比例", "for at least this share of its places or people", "标准内的点位(人口)比例", None)


class Lender(Part):
    """Teams that may be asked for, and by which channel."""

    id: str = field("编号", "identifier", "唯一编号")
    name: str = field("名称", "name shown in results", "结果中显示的名称", "")
    teams: list[str] = field("队伍", "teams, or groups of teams", "可借的队伍", min_length=1)
    channel: str | None = field("通道", "channel that reaches it", "经哪条增援通道", None)
    channels: list[str] = field("各通道", "channels, one for each post that may ask", "按请求方不同的各条通道", factory=list)
    keeps: Floor = field("留守", "what must stay at home", "留守底线", factory=Floor)
    convoy: Convoy = field("编队", "how its teams travel", "行进编队", factory=Convoy)
    backfill: list[str] = field("补位", "teams of neighbours that may move up to its base", "可前移补位的邻近队伍", factory=list)
    source: str = field("资料来源", "where the facts come from", "资料出处", "")


class AskWord(Choice):
    """How lenders are asked."""

    ONE_BY_ONE = "one_by_one"
    ALL_AT_ONCE = "all_at_once"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each way."""
        return {"one_by_one": "逐家", "all_at_once": "同时"}


class MutualAid(Part):
    """How mutual aid is asked for."""

    ask: AskWord = field("询问", "one lender after the other, or all at once", "逐家询问或同时询问", "one_by_one")


class Commander(Part):
    """A post that takes scene command."""

    post: str = field("谁", "authority that takes command", "由谁接过指挥权")
    level: str | None = field(
        "级别",
        "comes after its government has raised this level; after the alarm when not written",
        "本级启动该级别后前来;不写为接警后",
        None,
    )
    arrives: Duration = field("到达", "from that moment until it is on the scene", "此后多久到现场", "0 min")
    handover: Duration = field("移交", "length of the hand-over", "指挥权移交用时", "0 min")


class SceneCommand(Part):
    """Who commands on the scene, in order, and how many teams can be briefed at once."""

    commanders: list[Commander] = field("指挥员", "who takes command, in order of rank", "依次由谁指挥", min_length=1)
    briefs: int = field(
        "同时交代", "teams that can be briefed at once; 0 for no limit", "同时可向几支队伍交代任务;0 为不限", 0, ge=0, le=1000
    )
