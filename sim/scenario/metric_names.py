"""The closed list of metrics: what each is called, in both languages, its unit, and what it means.

Objectives, summaries, figures and the reference page read this one list; `sim.analysis.fold` computes what it names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.errors import Language, Words
from sim.units import HOUR, MINUTE, SECOND, UnitError, parse

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario
    from sim.scenario.supplies import Supplies

Aggregation = Literal["observations", "share", "level"]
"""How one replication is told: many observations, one share in 0 … 1, or one amount."""
Better = Literal["low", "high"]
Argument = Literal["capability", "team", "threshold", "standard", "level", "report", "lender", "item", "supply"]
Named = Mapping[Argument, Mapping[str, str]]
"""Of each kind of argument: id → name."""

ALL = "all"
"""Stands for every team in ``busy.all``."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric, or a family of them that differ by an argument: a capability, a team, a standard of cover and so on.

    Parameters
    ----------
    key
        Name, or its part before the argument.
    argument
        What follows the key after a dot; None when nothing does.
    unit
        Unit in summaries; "" for plain numbers.
    per_unit
        What the fold counts in (ms, thousandths, 1) for one `unit`.
    aggregation
        See `Aggregation`. Quantiles pool observations; of shares and levels, the replications.
    better
        Which direction is good; None when neither is.
    title
        Short title; ``{}`` is the argument.
    meaning
        Definition.
    spellings
        Further ways of writing it that objectives may use, as titles.
    """

    key: str
    argument: Argument | None
    unit: Words
    per_unit: float
    aggregation: Aggregation
    better: Better | None
    title: Words
    meaning: Words
    spellings: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """Return the name as documented, such as ``first.<capability>``."""
        return self.key if self.argument is None else f"{self.key}.<{self.argument}>"

    @property
    def is_duration(self) -> bool:
        """Tell whether it is a length of time that ought to be short: objectives say the most of it, not the least."""
        return self.unit == MINUTES and self.better != "high"


MINUTES, TEAM_HOURS, KILOGRAMS = Words("min", "分钟"), Words("team·h", "队·小时"), Words("kg", "公斤")
COUNT, TEAMS, SHARE = Words("", "起"), Words("teams", "支"), Words("", "")
TIMES, MATTERS = Words("times", "次"), Words("", "项")
PEOPLE, YUAN = Words("people", "人"), Words("yuan", "元")
UNITS, UNIT_HOURS = Words("units", "单位"), Words("unit·h", "单位·小时")
"""Of goods: each item has a unit of its own."""


def _time(key: str, title: Words, meaning: Words, *spellings: str, argument: Argument | None = None) -> Family:
    return Family(key, argument, MINUTES, MINUTE, "observations", "low", title, meaning, spellings)


def _cost(key: str, title: Words, meaning: Words, *spellings: str) -> Family:
    return Family(f"cost.{key}", None, YUAN, 1.0, "level", "low", title, meaning, spellings)


PHASES: dict[str, Words] = {
    "report": Words("report", "报告"),
    "decision": Words("decision", "研判"),
    "approval": Words("approval", "批准"),
    "queue": Words("queue", "排队"),
    "contact": Words("getting through", "传令"),
    "turnout": Words("turnout", "出动"),
    "forming": Words("forming up", "集结"),
    "travel": Words("travel", "行进"),
    "report_in": Words("report in", "报到"),
    "set_up": Words("set-up", "展开"),
}
"""Phases from the alarm until a team is ready to work, in order; they add up to that time exactly."""

_PHASE_MEANING: dict[str, Words] = {
    "report": Words(
        "from the alarm until the need is known (for first response: until its order)",
        "从接警到明确需求(先期处置力量:到下令)",
    ),
    "decision": Words("from the need being known until the package is called for", "从明确需求到下令调派编成"),
    "approval": Words(
        "lenders being asked, until one grants it or it is clear that they do not", "向出借方请求,到同意或确定不来"
    ),
    "queue": Words("waiting for a team that can be sent", "等待有力量可派"),
    "contact": Words("from the order until it gets through, where the radio does not reach", "通信不达时,从下令到命令送达"),
    "turnout": Words("from the order until it can leave", "从下令到可以出发"),
    "forming": Words("waiting for the others of its convoy", "等待车队集结"),
    "travel": Words("on the road, with stops and any wait at a closed road", "路上用时,含途中休整和因道路中断的等待"),
    "report_in": Words(
        "from arriving until it has its task, with the wait for a commander", "从到场到领受任务,含等待指挥员布置"
    ),
    "set_up": Words("from having its task until it is ready to work", "从领受任务到可作业"),
}


def _waterfall(prefix: str, who: Words) -> tuple[Family, ...]:
    found = []
    for phase, words in PHASES.items():
        what = _PHASE_MEANING[phase]
        title = Words(f"{words.en.capitalize()}, {who.en}", f"{who.zh}{words.zh}用时")
        found.append(_time(f"{prefix}.{phase}", title, Words(f"{who.en}: {what.en}", f"{who.zh}:{what.zh}")))
    return tuple(found)


FAMILIES: tuple[Family, ...] = (
    _time(
        "response", Words("First team on the scene", "首支力量到场"),
        Words("from the alarm until the first team of any kind arrives", "从接警到第一支力量(不论何种)到场"),
        "首支队伍到场", "首批力量到场", "第一支力量到场", "response time", "响应时间", "first team on scene",
    ),
    Family(
        "within", "threshold", SHARE, 1.0, "share", "high", Words("First team within {}", "{}内到场比例"),
        Words("share of incidents whose first team arrives within that time; who gets nobody counts as not",
              "首支力量在该时限内到场的事件所占比例;无人到场的算未达到"),
        ("{}到场比例", "{}内到场率", "{}到场率", "share within {}"),
    ),
    _time(
        "first", Words("First {} on the scene", "首支{}到场"),
        Words("from the alarm until the first team called for that capability arrives; incidents that ask for it",
              "从接警到第一支承担该能力任务的队伍到场;只计需要该能力的事件"),
        "首支{}力量到场", "首支{}队伍到场", "第一支{}到场", "{}首支到场", "first {} on scene", "first {} arrives",
        argument="capability",
    ),
    _time(
        "ready", Words("First {} ready to work", "首支{}可作业"),
        Words("from the alarm until the first team called for that capability is ready to work",
              "从接警到第一支承担该能力任务的队伍展开完毕、可作业"),
        "首支{}力量可作业", "首支{}队伍可作业", "第一支{}可作业", "{}首支可作业", "first {} ready",
        argument="capability",
    ),
    _time(
        "started", Words("First {} at work", "首支{}开始作业"),
        Words("from the alarm until the first team called for that capability begins its work: ready, and no longer held up by "
              "others", "从接警到第一支承担该能力任务的队伍开始作业:已展开,且不再等待他队"),
        "{}开始作业", "first {} starts work",
        argument="capability",
    ),
    _time(
        "complete", Words("All {} on the scene", "{}到齐"),
        Words("from the alarm until every team called for that capability has arrived; incidents that ask for it",
              "从接警到承担该能力任务的队伍全部到场;只计需要该能力的事件"),
        "{}全部到场", "全部{}到场", "all {} on scene",
        argument="capability",
    ),
    _time(
        "package.complete", Words("Package complete", "编成到齐"),
        Words("from the alarm until every team of the package has arrived", "从接警到力量编成全部到场"),
        "力量编成到齐", "编成全部到齐", "力量到齐", "package complete on scene", "complete package",
    ),
    _time(
        "package.ready", Words("Package ready to work", "编成可作业"),
        Words("from the alarm until every team of the package is ready to work", "从接警到力量编成全部可作业"),
        "力量编成可作业", "编成全部可作业", "package ready",
    ),
    Family(
        "deadline.met", None, SHARE, 1.0, "share", "high", Words("Deadlines met", "限时达到比例"),
        Words("share of need lines with a deadline of which all teams arrive in time",
              "有限时的需求项中,全部队伍按时到场的比例"),
        ("限时达标率", "限时达到率", "deadlines met"),
    ),
    _time(
        "wait.queue", Words("Wait for a free team", "排队等待"),
        Words("for each team called for: from the call until a team is ordered (0 when one was free); "
              "never when the need is withdrawn",
              "每支所需力量:从调派到有队可派的时间(当时有队为 0);需求撤销的算从未派到"),
        "等待力量", "排队时间", "等待时间", "queue wait", "wait",
    ),
    Family(
        "waiting", None, SHARE, 1.0, "share", "low", Words("Share that had to wait", "需要等待的比例"),
        Words("share of the teams called for that nobody could fill at once", "调派时无队可派、需要等待的力量所占比例"),
        ("等待比例", "排队比例", "probability of delay"),
    ),
    Family(
        "busy", "team", SHARE, 1.0, "share", None, Words("Busy share of {}", "{}忙碌比例"),
        Words("share of the time in which the team cannot be ordered: from order to release, and refit; "
              "the way home only when the team cannot be called back on it",
              "该队不能受领新任务的时间比例:从下令到解除任务,以及整备;返程仅在途中不能再调时计入"),
        ("{}忙碌率", "{}出勤比例", "workload of {}"),
    ),
    Family(
        "busy.all", None, SHARE, 1.0, "share", None, Words("Busy share of all teams", "全部队伍忙碌比例"),
        Words("mean of the busy shares of the teams", "各队忙碌比例的平均"),
        ("平均忙碌比例", "忙碌比例", "busy"),
    ),
    Family(
        "idle.min", None, TEAMS, 1.0, "level", "high", Words("Fewest teams left idle", "最少空闲队伍数"),
        Words("smallest number of teams that could be sent at any moment", "任一时刻可派队伍数的最小值"),
        ("空闲队伍最少",),
    ),
    Family(
        "idle.mean", None, TEAMS, 1.0, "level", "high", Words("Mean number of idle teams", "平均空闲队伍数"),
        Words("number of teams that could be sent, averaged over time", "可派队伍数对时间的平均"),
    ),
    Family(
        "work.done", None, TEAM_HOURS, HOUR, "level", None, Words("Work done", "作业量"),
        Words("team-hours of finished work on the scene; holding, and work cut short, do not count",
              "现场已完成作业的队·小时;待命与中途中止的作业不计"),
        ("作业量(队·小时)",),
    ),
    _time(
        "hospital", Words("At the hospital", "送达医院"),
        Words("for each carry: from the alarm until it reaches the hospital", "每次送医:从接警到抵达医院"),
        "到达医院", "送医到达",
    ),
    _time(
        "duration", Words("Duration of the incident", "处置时长"),
        Words("from the alarm until the incident is closed; lost ones left out", "从接警到处置结束;未受理的不计"),
        "处置用时", "持续时间",
    ),
    Family(
        "released", None, KILOGRAMS, 1000.0, "observations", "low", Words("Substance released", "泄漏量"),
        Words("mass released by each leak until it was stopped or the tank was empty",
              "每起泄漏在止住或漏空前的泄漏质量"),
        ("泄漏总量",),
    ),
    Family(
        "incidents", None, COUNT, 1.0, "level", None, Words("Incidents", "事件数"),
        Words("incidents with their alarm after the warm-up and before the end", "预热后、结束前接警的事件数"),
        ("事件起数",),
    ),
    Family(
        "lost", None, COUNT, 1.0, "level", "low", Words("Incidents lost", "未受理事件数"),
        Words("incidents turned away because nobody was free and there is no queue",
              "无队可派且不排队而未受理的事件数"),
        ("未受理",),
    ),
    Family(
        "lost.share", None, SHARE, 1.0, "share", "low", Words("Share lost", "未受理比例"),
        Words("share of the incidents that were turned away", "未受理事件所占比例"), ("损失率",),
    ),
    Family(
        "open", None, COUNT, 1.0, "level", "low", Words("Incidents never finished", "未了结事件数"),
        Words("incidents that are not closed when nothing is left to happen", "再无后续时仍未处置结束的事件数"),
        ("未结束事件数",),
    ),
    Family(
        "reroutes", None, TIMES, 1.0, "level", None, Words("Re-routed drives", "改道次数"),
        Words("times a team under way took another way because the roads changed", "因路况变化中途改道的次数"),
        ("改道",),
    ),
    Family(
        "stuck", None, TIMES, 1.0, "level", "low", Words("Stops at closed roads", "道路中断等待次数"),
        Words("times a team had no way and waited for a road to open", "无路可走、等待道路恢复的次数"), ("受阻等待",),
    ),
    _time(
        "approval", Words("Approval of mutual aid", "增援批准用时"),
        Words("for each request that is granted, in full or in part: from asking until the lender grants it",
              "每件获准(含部分获准)的增援请求:从提出到出借方同意"),
        "批准用时", "审批用时", "time to approval",
    ),
    Family(
        "requests.refused", None, SHARE, 1.0, "share", "low", Words("Share of requests refused", "增援请求被拒比例"),
        Words("share of the requests for mutual aid of which nothing comes because somebody declines or cannot be reached, or "
              "the lender can spare nobody; those taken back do not count as refused",
              "增援请求中因对方不同意、联系不上或派不出而未成的比例;撤回的不算被拒"),
        ("请求被拒比例",),
    ),
    Family(
        "lender.left", "lender", TEAMS, 1.0, "level", "high", Words("Fewest teams left at home, {}", "{}留守最少队数"),
        Words("smallest number of the lender's own teams that stand ready at home at any moment",
              "任一时刻出借方自有队伍在驻地待命数的最小值"),
        ("{}留守队数", "teams left at home by {}"),
    ),
    Family(
        "floor.kept", None, SHARE, 1.0, "share", "high", Words("Loans that kept the floor", "留守底线守住比例"),
        Words("share of the grants after which as many teams as its floor asks for stood ready at the lender's home, "
              "with neighbours that had moved up; it ought to be 1",
              "同意增援后,出借方驻地待命队数(含已前移补位的邻队)不低于留守底线的比例;应为 1"),
    ),
    _time(
        "level.raised", Words("{} raised", "{}启动"),
        Words("from the alarm until that response level is in force; incidents whose plan has it",
              "从接警到该级响应启动;只计预案有该级的事件"),
        "启动{}", "{}启动用时", argument="level",
    ),
    _time(
        "level.complete", Words("Forces of {} complete", "{}力量到齐"),
        Words("from the alarm until every team that the level released has arrived", "从接警到该级响应调派的力量全部到场"),
        "{}响应力量到齐", argument="level",
    ),
    _time(
        "level.ready", Words("Forces of {} ready", "{}力量可作业"),
        Words("from the alarm until every team that the level released is ready to work", "从接警到该级响应调派的力量全部可作业"),
        "{}响应力量可作业", argument="level",
    ),
    _time(
        "report", Words("First report through on {}", "{}首报送达"),
        Words("from the alarm until the last post on that line has the first report", "从接警到该报告线最末一级收到首报"),
        "{}首报到达", "{}首报", "first report on {}", argument="report",
    ),
    _time(
        "entry", Words("Time to entry", "可入井用时"),
        Words("from the alarm until the first squad goes in on apparatus", "从接警到第一支小队佩用入井"),
        "可入井", "首班入井", "首次入井",
    ),
    Family(
        "shifts.stopped", None, MINUTES, MINUTE, "level", "low", Words("Entry stopped", "停止入井时长"),
        Words("time during which nobody may go in because a squad is lacking, until the incident is closed",
              "因缺少小队而不得入井的时间,至处置结束"),
        ("停止入井",),
    ),
    Family(
        "findings", None, MATTERS, 1.0, "level", "low", Words("Findings", "须说明的情况数"),
        Words("matters that a reviewer must know, such as the life-saving exception", "复盘须说明的情况,如启用救人例外"),
        ("须说明情况",),
    ),
    _time(
        "answered", Words("Last door reached", "叫应到户用时"),
        Words("from the alarm until the last post of the call tree has reached its last door (or has answered, where it has no "
              "doors to knock on)", "从接警到叫应的最后一户通知到位(无须入户的以应答为准)"),
        "叫应完成", "全部叫应", "call-and-answer complete",
    ),
    _time(
        "moved", Words("Everybody moved to safety", "转移完毕用时"),
        Words("from the alarm until the people of the last post have moved", "从接警到最后一处人员转移完毕"),
        "全部转移", "转移完毕",
    ),
    Family(
        "margin", None, MINUTES, MINUTE, "observations", "high", Words("Margin before the danger", "转移提前量"),
        Words("from the last people having moved until the danger comes, negative when they are late; +inf stands for never "
              "moved, as in every time: read it with the number of those that never happened",
              "从最后一处转移完毕到险情到达的时间,迟于险情为负;从未转移完毕的记为无穷,须与“从未发生”数一并看"),
        ("提前量", "转移余量", "margin"),
    ),
    Family(
        "uncovered", "standard", MINUTES, MINUTE, "level", "low", Words("Time with a gap in cover, {}", "{}守备缺口时长"),
        Words("time in which at least one place of that standard of cover is out of its teams' reach",
              "该守备标准至少有一处点位无法按时到达的时间"),
        ("{}缺口时长", "time uncovered, {}"),
    ),
    Family(
        "cover.none", "standard", MINUTES, MINUTE, "level", "low", Words("Time without any cover, {}", "{}全无守备时长"),
        Words("time in which no place of that standard of cover can be reached in time",
              "该守备标准所有点位都无法按时到达的时间"),
        ("{}无守备时长",),
    ),
    Family(
        "cover.min", "standard", SHARE, 1.0, "share", "high", Words("Least cover, {}", "{}最低守备率"),
        Words("least share of places (or people) within that standard of cover at any moment",
              "任一时刻达到该守备标准的点位(或人口)比例的最小值"),
        ("{}守备率最低",),
    ),
    Family(
        "cover.mean", "standard", SHARE, 1.0, "share", "high", Words("Mean cover, {}", "{}平均守备率"),
        Words("share of places (or people) within that standard of cover, averaged over time",
              "达到该守备标准的点位(或人口)比例对时间的平均"),
        ("{}守备率", "cover of {}"),
    ),
    _time(
        "supply.delay", Words("Full supply of {}", "{}供足用时"),
        Words("for each time it is asked for, from asking until all that was asked for by then is there: handed out, or on the "
              "scene where tasks use it; of sets, until they are complete",
              "每次提出需求:从提出到此前所需全部到位(已发放;供作业使用的以到现场为准);成套物资以配齐为准"),
        "{}到齐用时", "{}供足", "delay to full supply of {}", argument="supply",
    ),
    Family(
        "supply.in_time", "item", SHARE, 1.0, "share", "high", Words("{} there in time", "{}按时满足率"),
        Words("share of the amount asked for under needs with a deadline that is there by then",
              "有时限的需求中,到时限时已到位数量的比例"),
        ("{}按时到位率", "share of {} in time"),
    ),
    Family(
        "supply.fill", "item", SHARE, 1.0, "share", "high", Words("Fill rate of {}", "{}满足率"),
        Words("share of the amount asked for that ever comes", "所需数量中最终到位的比例"),
        ("{}到位率", "{}供应率", "fill of {}"),
    ),
    Family(
        "supply.short", "item", UNITS, 1000.0, "level", "low", Words("Shortage of {}", "{}缺口"),
        Words("amount that is not there at the deadline of its need, or at the end where it has none (in the item's unit)",
              "到需求时限(无时限的到结束)时仍缺的数量(以该物资单位计)"),
        ("{}缺少数量", "缺{}", "{} short"),
    ),
    Family(
        "short.hours", "item", UNIT_HOURS, 1000.0 * HOUR, "level", "low", Words("Hours short of {}", "{}短缺量时"),
        Words("amount asked for that is not there, added up over time: 10 units that come 3 h late are 30",
              "所需而未到位的数量对时间的累计:10 单位晚到 3 小时即 30"),
        ("{}缺口量时", "item-hours short of {}"),
    ),
    Family(
        "supplied.people", "supply", PEOPLE, 1.0, "level", "high",
        Words("People served by {} within 10 h", "10小时内{}安置供应人数"),
        Words("people housed or supplied within 10 h of the alarm: whole sets × people a set serves; of an item by its need a "
              "day, people whom what is there supplies for a day",
              "接警后 10 小时内安置或供应的人数:配齐套数 × 每套人数;按人均日需量计的物资,为够用一天的人数"),
        ("10小时内{}安置人数", "10小时内{}供应人数", "{}安置人数", "people housed by {} within 10 h"),
    ),
    Family(
        "supplied.in_time", "supply", PEOPLE, 1.0, "level", "high", Words("People served by {} in time", "{}按时安置供应人数"),
        Words("the same by the deadline of each need, by 10 h where it has none", "同上,到各需求的时限为止(无时限的按 10 小时)"),
        ("{}按时安置人数", "{}按时供应人数"),
    ),
    Family(
        "supplied.short", "supply", PEOPLE, 1.0, "level", "low", Words("People not served by {} in time", "{}未安置供应人数"),
        Words("people to be housed or supplied who are not by then", "到时限仍未安置或供应的人数"),
        ("{}未安置人数", "{}缺口人数"),
    ),
    Family(
        "supplied.share", "supply", SHARE, 1.0, "share", "high", Words("Share served by {} in time", "{}按时安置供应比例"),
        Words("share of the people to be housed or supplied who are by then", "应安置或供应的人中,到时限已安置或供应的比例"),
        ("{}安置率", "{}安置比例"),
    ),
    Family(
        "ran_out", "item", SHARE, 1.0, "share", "low", Words("Stock of {} ran out", "{}库存用尽"),
        Words("whether at any moment no store that may be used has any left; over replications, the probability",
              "是否在某一时刻各可动用库存全部为零;多次重复时即概率"),
        ("{}用尽概率", "{}断货概率", "probability of running out of {}"),
    ),
    Family(
        "store_empty", "item", SHARE, 1.0, "share", "low", Words("A store of {} ran out", "{}某库用尽"),
        Words("whether at any moment some store that may be used and keeps it has none left; over replications, the probability",
              "是否在某一时刻某个可动用的库存为零;多次重复时即概率"),
    ),
    Family(
        "dry", None, MINUTES, MINUTE, "level", "low", Words("Tasks without supplies", "作业断供时长"),
        Words("time during which a task slows or stops because it lacks goods, added over tasks",
              "因缺物资而减慢或停止作业的时间,各作业相加"),
        ("断供时长", "断供"),
    ),
    _cost(
        "holding", Words("Cost of holding", "储存费用"),
        Words("price of what lies in stores × yearly share × time", "库存价值 × 年储存费率 × 时间"), "保管费用",
    ),
    _cost("expired", Words("Cost of what expired", "过期损失"), Words("price of what passed its shelf life", "过期物资的价值")),
    _cost(
        "moved", Words("Cost of moving", "运输费用"),
        Words("hours that trucks drive, there and back, × their cost an hour", "车辆往返行驶小时 × 每小时费用"), "运费",
    ),
    _cost(
        "short", Words("Cost of shortage", "缺货损失"),
        Words("shortage at the deadline (or the end) × shortage cost a unit", "到时限(或结束)的缺口 × 单位缺货损失"),
    ),
    _cost(
        "ordering", Words("Cost of ordering", "订货费用"),
        Words("orders sent to suppliers × cost an order", "订货次数 × 每次费用"),
    ),
    _cost(
        "purchases", Words("Cost of purchases", "采购费用"),
        Words("price of what suppliers and contracted firms brought", "供应商、协议企业供货的价款"),
    ),
    _cost(
        "total", Words("Cost of supplies", "物资总费用"), Words("the costs of supplies added up", "以上物资费用合计"), "总费用",
    ),
    *_waterfall("waterfall", Words("first team", "首支力量")),
    *_waterfall("waterfall.package", Words("team that completes the package", "到齐力量")),
)  # fmt: skip
"""Every metric there is, in the order of summaries."""

_BY_KEY = {family.key: family for family in FAMILIES}


def threshold_text(ticks: int) -> str:
    """Return a threshold (ms) as it stands in a name: ``15min``, ``90s``, ``1500ms``."""
    if ticks % MINUTE == 0:
        return f"{ticks // MINUTE}min"
    return f"{ticks // SECOND}s" if ticks % SECOND == 0 else f"{ticks}ms"


def threshold_of(name: str) -> int | None:
    """Return the threshold (ms) of a ``within.…`` name; None for other names."""
    family, argument = split(name)
    return round(parse(argument, "duration")) if family.argument == "threshold" else None


def split(name: str) -> tuple[Family, str]:
    """Return the family of a canonical name, and its argument ("" without one).

    Raises
    ------
    KeyError
        If there is no such metric.
    """
    if name in _BY_KEY and _BY_KEY[name].argument is None:
        return _BY_KEY[name], ""
    dot = name.find(".")
    while 0 < dot < len(name) - 1:
        family = _BY_KEY.get(name[:dot])
        if family is not None and family.argument is not None:
            return family, name[dot + 1 :]
        dot = name.find(".", dot + 1)
    raise KeyError(name)


def title(name: str, language: Language, teams: Mapping[str, str] | None = None, others: Named | None = None) -> str:
    """Return the title of a metric.

    Teams are shown by their names where a map id → name is given, and so are other arguments (see `arguments_of`).
    """
    family, argument = split(name)
    words = family.title.say(language)
    if family.argument == "threshold":
        argument = _spoken(argument, language)
    elif family.argument == "team" and teams is not None:
        argument = teams.get(argument, argument)
    elif family.argument is not None and others is not None:
        argument = others.get(family.argument, {}).get(argument, argument)
    return words.format(argument)


def unit(name: str, language: Language = "en") -> str:
    """Return the unit of a metric in summaries."""
    return split(name)[0].unit.say(language)


def arguments_of(scenario: Scenario) -> dict[Argument, dict[str, str]]:
    """Return what a scenario has that metrics may be told for, beside capabilities and teams: id → name."""
    command, courses = scenario.command, scenario.courses
    levels = {
        command.levels[level.index]: f"{command.posts[level.post].name}{level.name}"
        for course in courses
        for level in course.levels
    }
    reports = {line.id: line.name for course in courses for line in course.reports}
    return {
        "standard": {standard.id: standard.name for standard in command.standards},
        "level": {name: levels.get(name, name) for name in command.levels},
        "report": {name: reports.get(name, name) for name in command.reports},
        "lender": {lender.id: lender.name for lender in command.lenders},
        **supply_arguments(scenario.supplies),
    }


def supply_arguments(supplies: Supplies) -> dict[Argument, dict[str, str]]:
    """Return the items, and the items and sets, that metrics may be told for: id → name."""
    items = {item.id: item.name for item in supplies.items}
    return {"item": items, "supply": items | {kit.id: kit.name for kit in supplies.kits}}


def names_of(
    capabilities: Iterable[str],
    teams: Iterable[str],
    thresholds: Iterable[int],
    others: Mapping[Argument, Iterable[str]] | None = None,
) -> tuple[str, ...]:
    """Return every metric name for these capabilities, team ids, thresholds (ms) and others, in the order of summaries.

    Parameters
    ----------
    others
        Ids of standards of cover, levels, report lines, lenders, items and sets, by kind of argument.
    """
    arguments: dict[Argument, list[str]] = {
        "capability": list(capabilities),
        "team": list(teams),
        "threshold": [threshold_text(ticks) for ticks in thresholds],
        **{kind: list(ids) for kind, ids in (others or {}).items()},
    }
    found: list[str] = []
    for family in FAMILIES:
        if family.argument is None:
            found.append(family.key)
        else:
            found += [f"{family.key}.{argument}" for argument in arguments.get(family.argument, ())]
    return tuple(dict.fromkeys(found))


def parse_metric(
    text: str, capabilities: Iterable[str], teams: Iterable[str] | Mapping[str, str] = (), others: Named | None = None
) -> str | None:
    """Return the canonical name of a metric written in either language, or None.

    Parameters
    ----------
    text
        ``first.堵漏``, ``首支堵漏到场``, ``编成到齐``, ``15 分钟内到场比例``, ``within.15min`` …
    capabilities
        Capabilities of the scenario.
    teams
        Ids of its teams; a map id → name lets names be written too.
    others
        Id → name of its standards of cover, levels, report lines and lenders, by kind of argument.
    """
    plain = _plain(text)
    named: dict[Argument, Mapping[str, str]] = {
        "team": teams if isinstance(teams, Mapping) else {team: team for team in teams}, **(others or {}),
    }  # fmt: skip
    held: dict[Argument, dict[str, str]] = {"capability": {_plain(name): name for name in capabilities}}
    for kind, known in named.items():
        held[kind] = {_plain(name): key for key, name in known.items()} | {_plain(key): key for key in known}
    for family in FAMILIES:
        if family.argument is None and plain in _plain_spellings(family):
            return family.key
    for family in FAMILIES:
        if family.argument is not None:
            for spelling in _plain_spellings(family):
                argument = _between(plain, spelling)
                found = argument and _argument(argument, family.argument, held)
                if found:
                    return f"{family.key}.{found}"
    return None


def metric_examples(
    capabilities: Iterable[str], teams: Iterable[str] = (), others: Named | None = None
) -> tuple[str, ...]:
    """Return names and titles to offer to someone who mistyped a metric."""
    names = names_of(capabilities, teams, (15 * MINUTE,), others)
    titles = [title(name, language, None, others) for language in ("zh", "en") for name in names]
    return tuple(dict.fromkeys([*names, *titles]))


def _plain_spellings(family: Family) -> list[str]:
    names = (family.pattern.replace(f"<{family.argument}>", "{}"), *family.title, *family.spellings)
    return [_plain(name) for name in names]


def _plain(text: str) -> str:
    """Return the text without blanks, quotes, full-width forms and capitals."""
    return re.sub(r"[\s<>《》“”\"']", "", unicodedata.normalize("NFKC", text)).casefold()


def _between(text: str, spelling: str) -> str | None:
    """Return what stands for ``{}`` in a spelling, if the text is of that form."""
    before, _, after = spelling.partition("{}")
    fits = len(text) > len(before) + len(after) and text.startswith(before) and text.endswith(after)
    return text[len(before) : len(text) - len(after)] if fits else None


def _argument(text: str, kind: Argument, held: Mapping[Argument, Mapping[str, str]]) -> str | None:
    if kind != "threshold":
        return held.get(kind, {}).get(text)
    try:
        ticks = round(parse(text, "duration"))
    except UnitError:
        return None
    return threshold_text(ticks) if ticks > 0 else None


def _spoken(threshold: str, language: Language) -> str:
    """Return ``15 分钟`` or ``15 min`` for ``15min``."""
    number = threshold.rstrip("ms in")
    unit_written = threshold[len(number) :]
    zh = {"min": "分钟", "s": "秒", "ms": "毫秒"}
    return f"{number} {zh[unit_written] if language == 'zh' else unit_written}"
