"""The door: everything that is wrong with a question is said at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.errors import Finding, InputError, Words
from sim.planning.stockpile.problem import Minimum, Problem, Want, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from sim.planning.stockpile.problem import Floats
    from sim.planning.stockpile.question import Question

_SLACK = 1e-9


def check(question: Question) -> Problem:
    """Return the problem that a question asks.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    return _Door(question).open()


class _Door:
    """Reads one field after the other and gathers findings; a field that is wrong is as if it were left out."""

    def __init__(self, question: Question) -> None:
        self.asked = question
        self.found: list[Finding] = []

    def open(self) -> Problem:
        asked = self.asked
        demand = self.array("demand", asked.demand, ndim=3)
        time = self.array("time", asked.time, ndim=3, infinite=True)
        price = self.array("price", asked.price)
        wants = self.wants(price.shape[-1] if price.ndim else 0)
        self.enough(demand, time, price, wants)
        if self.found:
            raise InputError(self.found, asked.language)
        self.s, self.w, self.j = demand.shape
        self.r, self.i, _ = time.shape
        self.k = price.shape[-1]
        problem = self.rest(demand, time, wants)
        unreached = _unreached(problem, asked.unreachable) if not self.found else []
        if self.found or any(finding.severity == "error" for finding in unreached):
            raise InputError([*self.found, *unreached], asked.language)
        return replace(problem, warnings=tuple(unreached))

    def rest(self, demand: Floats, time: Floats, wants: Sequence[Want]) -> Problem:
        """Read everything that has its shape from demand, time and price."""
        asked, s, i, k, j = self.asked, self.s, self.i, self.k, self.j
        have = self.field("have", asked.have, (i, k), 0.0)
        recipes = np.concatenate([np.atleast_2d(np.asarray(want.recipes, dtype=np.float64)) for want in wants])
        ways = [len(np.atleast_2d(np.asarray(want.recipes))) for want in wants]
        problem = Problem(
            depots=self.names("depots", asked.depots, i, Words("depot", "储备库")),
            items=self.names("items", asked.items, k, Words("item", "物资")),
            places=self.names("places", asked.places, j, Words("place", "需求点")),
            want_names=tuple(want.name for want in wants),
            recipes=frozen(recipes),
            recipe_want=frozen(np.repeat(np.arange(len(wants)), ways)),
            deadline=frozen(np.array([want.deadline for want in wants], dtype=np.float64)),
            penalty=frozen(np.array([want.penalty for want in wants], dtype=np.float64)),
            probability=self.chances(),
            demand=frozen(demand),
            time=frozen(time),
            state=self.states(),
            have=have,
            keep=self.kept(have),
            price=self.field("price", asked.price, (i, k)),
            yearly_cost=self.field("yearly_cost", asked.yearly_cost, (i, k), 0.0),
            budget=self.number("budget", asked.budget, infinite=True),
            volume=self.field("volume", asked.volume, (k,), 0.0),
            space=self.field("space", asked.space, (i,), np.inf, infinite=True),
            minimums=self.minimums(),
            pack=self.field("pack", asked.pack, (k,), 0.0),
            open_cost=self.field("open_cost", asked.open_cost, (i,), 0.0),
            survive=self.field("survive", asked.survive, (s, i), 1.0, most=1.0),
            mass=self.field("mass", asked.mass, (k,), 0.0),
            carry=self.field("carry", asked.carry, (s, i), np.inf, infinite=True),
            handling=self.field("handling", asked.handling, (i,), 0.0),
            grows=self.field("grows", asked.grows, (i,), 1.0),
            freight=self.number("freight", asked.freight),
            move_cost=self.field("move_cost", asked.move_cost, (k,), 0.0),
            discard_cost=self.field("discard_cost", asked.discard_cost, (k,), 0.0),
            risk=asked.risk,
            service=asked.service,
            language=asked.language,
        )
        self.promises()
        return problem

    def add(self, code: str, what: Words, remedy: Words) -> None:
        self.found.append(Finding(code, what, remedy))

    def array(
        self, name: str, value: ArrayLike, *, ndim: int | None = None, infinite: bool = False, most: float = np.inf
    ) -> Floats:
        """Read an array of numbers of 0 or more."""
        try:
            given = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            self.add("not-numbers", Words(f"{name}: not an array of numbers", f"{name}:不是数组"), _ARRAY)
            return np.zeros((1,) * (ndim or 1))
        if ndim is not None and given.ndim != ndim:
            what = Words(f"{name} has {given.ndim} axes, not {ndim}", f"{name} 有 {given.ndim} 维,应为 {ndim} 维")
            self.add("bad-shape", what, _SHAPE)
            return np.zeros((1,) * ndim)
        bad = ~(given >= 0) | (given > most)
        if not infinite:
            bad |= np.isinf(given)
        if bad.any():
            at = tuple(int(index) for index in np.argwhere(bad)[0])
            value_there = given[at] if given.ndim else float(given)
            more = int(bad.sum()) - 1
            limit = f" and {most:g}" if np.isfinite(most) else ""
            what = Words(
                f"{name}{list(at) if at else ''} is {value_there:g}" + (f", and {more} more like it" if more else ""),
                f"{name}{list(at) if at else ''} 为 {value_there:g}" + (f",另有 {more} 处同类问题" if more else ""),
            )
            remedy = Words(
                f"numbers between 0{limit or ' and infinity'}", f"应为 0 到 {most:g} 之间的数" if limit else "应为不小于 0 的数"
            )
            self.add("bad-number", what, remedy)
            return np.where(bad, 0.0, given)
        return given

    def field(
        self,
        name: str,
        value: ArrayLike | None,
        shape: tuple[int, ...],
        default: float = 0.0,
        *,
        infinite: bool = False,
        most: float = np.inf,
    ) -> Floats:
        """Read an array that can be spread to a shape."""
        if value is None:
            return frozen(np.full(shape, default))
        given = self.array(name, value, infinite=infinite, most=most)
        try:
            return frozen(np.broadcast_to(given, shape))
        except ValueError:
            what = Words(f"{name} has shape {given.shape}, not {shape}", f"{name} 的形状是 {given.shape},应为 {shape}")
            self.add("bad-shape", what, _SHAPE)
            return frozen(np.full(shape, default))

    def number(self, name: str, value: float, *, infinite: bool = False) -> float:
        return float(self.array(name, value, ndim=0, infinite=infinite))

    def names(self, field: str, given: Sequence[str] | None, count: int, kind: Words) -> tuple[str, ...]:
        if given is None:
            return tuple(f"{kind.say(self.asked.language)} {number + 1}" for number in range(count))
        if len(given) != count or len(set(given)) != count:
            what = Words(
                f"{field}: {len(given)} names, {len(set(given))} unlike", f"{field}:{len(given)} 个名称,{len(set(given))} 个互异"
            )
            self.add("bad-names", what, Words(f"give {count} names, each once", f"请给出 {count} 个互不相同的名称"))
        return tuple(given)

    def wants(self, items: int) -> Sequence[Want]:
        for want in self.asked.wants:
            ways = self.array(f"recipes of {want.name}", want.recipes)
            if ways.ndim not in (1, 2) or ways.shape[-1] != items or ways.size == 0:
                what = Words(
                    f"recipes of {want.name} have shape {ways.shape}, for {items} items",
                    f"{want.name} 的配方形状是 {ways.shape},物资共 {items} 种",
                )
                self.add("bad-shape", what, _SHAPE)
            elif not (np.atleast_2d(ways) > 0).any(axis=1).all():
                what = Words(f"a recipe of {want.name} is made of nothing", f"{want.name} 有一个配方不含任何物资")
                self.add("empty-recipe", what, Words("name at least one item", "至少写一种物资"))
            self.number(f"penalty of {want.name}", want.penalty)
            self.number(f"deadline of {want.name}", want.deadline, infinite=True)
        return self.asked.wants

    def enough(self, demand: Floats, time: Floats, price: Floats, wants: Sequence[Want]) -> None:
        """Tell what keeps the axes from fitting each other."""
        if self.found:
            return
        asked, (_, kinds, there), to = len(wants), demand.shape, time.shape[2]
        pairs = (
            (not (demand.size and time.size and price.size), Words("demand, time or price is empty", "需求、时间或价格为空")),
            (kinds != asked, Words(f"{asked} wants, demand for {kinds}", f"需求种类 {asked} 个,而 demand 有 {kinds} 个")),
            (there != to, Words(f"demand at {there} places, drives to {to}", f"demand 有 {there} 个需求点,time 有 {to} 个")),
            (price.ndim not in {1, 2}, Words("price has neither one axis nor two", "price 应为一维或二维")),
        )
        for wrong, what in pairs:
            if wrong:
                self.add("bad-shape", what, _SHAPE)

    def chances(self) -> Floats:
        given = self.field("probability", self.asked.probability, (self.s,), 1 / self.s)
        if np.ndim(self.asked.probability) != 1:
            self.add("bad-shape", Words("probability is not one number a scenario", "probability 应为每个情景一个数"), _SHAPE)
        total = float(given.sum())
        if not abs(total - 1) <= 1e-6:
            what = Words(f"the probabilities of the scenarios sum to {total:.6g}", f"各情景的概率合计为 {total:.6g}")
            self.add("probabilities", what, Words("they must sum to 1", "概率合计应为 1"))
        return frozen(given / total) if total > 0 else given

    def states(self) -> Any:
        if self.asked.state is None:
            if self.r not in (1, self.s):
                what = Words(f"{self.r} states of the roads, {self.s} scenarios", f"路况 {self.r} 种,情景 {self.s} 个")
                self.add("bad-state", what, Words("say the state of each scenario", "请用 state 指明每个情景的路况"))
                return frozen(np.zeros(self.s, dtype=np.int64))
            return frozen(np.arange(self.s) if self.r == self.s else np.zeros(self.s, dtype=np.int64))
        given = np.asarray(self.asked.state)
        whole = given.dtype.kind in "iu" and given.shape == (self.s,)
        if not whole or not ((given >= 0) & (given < self.r)).all():
            what = Words("state does not name a state of the roads for each scenario", "state 未给每个情景指明已有的路况")
            self.add("bad-state", what, Words(f"{self.s} whole numbers below {self.r}", f"{self.s} 个小于 {self.r} 的整数"))
            return frozen(np.zeros(self.s, dtype=np.int64))
        return frozen(given.astype(np.int64))

    def kept(self, have: Floats) -> Floats:
        if self.asked.keep is None:
            return have
        keep = self.field("keep", self.asked.keep, have.shape)
        if (keep > have + _SLACK).any():
            depot, item = (int(at) for at in np.argwhere(keep > have + _SLACK)[0])
            what = Words(f"keep[{depot}, {item}] is above the present stock", f"keep[{depot}, {item}] 大于现有库存")
            self.add("keep-above-stock", what, Words("keep at most what is there", "保留量不得超过现有库存"))
        return frozen(np.minimum(keep, have))

    def minimums(self) -> tuple[Minimum, ...]:
        for number, minimum in enumerate(self.asked.minimums):
            name = minimum.name or str(number + 1)
            self.number(f"minimum {name}", minimum.amount)
            known = 0 <= minimum.item < self.k and minimum.depots and all(0 <= depot < self.i for depot in minimum.depots)
            if not known:
                what = Words(
                    f"minimum {name} names an item or depot that is not there", f"最低储备 {name} 指向不存在的物资或储备库"
                )
                self.add("unknown-position", what, Words("positions count from 0", "位置从 0 起数"))
        known_all = not any(finding.code == "unknown-position" for finding in self.found)
        return tuple(self.asked.minimums) if known_all else ()

    def promises(self) -> None:
        risk, service = self.asked.risk, self.asked.service
        shares = []
        if risk is not None:
            self.number("risk weight", risk.weight)
            shares.append(("risk level", risk.level, risk.level < 1))
        if service is not None:
            shares += [("service level", service.level, True), ("tolerance", service.tolerance, True)]
        for name, share, below in shares:
            if not (0 <= share <= 1 and below):
                what = Words(f"{name} is {share:g}", f"{name} 为 {share:g}")
                self.add("bad-share", what, Words("a share between 0 and 1", "应为 0 到 1 之间的比例"))


_ARRAY = Words("give numbers in a plain array", "请给出数值数组")
_SHAPE = Words("see the axes of each field in Question", "各字段的轴见 Question 的说明")


def _unreached(problem: Problem, severity: Literal["error", "warning"]) -> list[Finding]:
    """Name the wants that no depot can bring to a place in any scenario that asks for them."""
    from sim.planning.stockpile.program import Builder
    from sim.planning.stockpile.recourse import add_recourse

    second = add_recourse(problem.neutral(), Builder())
    asked = (problem.demand > 0).any(axis=0)
    met = np.zeros_like(asked)
    met[problem.recipe_want[second.given.recipe], second.given.place] = True
    found = []
    for want, place in np.argwhere(asked & ~met):
        name, where, hours = problem.want_names[want], problem.places[place], problem.deadline[want]
        what = Words(
            f"no depot can bring {name} to {where} within {hours:g} h", f"没有储备库能在 {hours:g} 小时内把 {name} 送到 {where}"
        )
        remedy = Words("a later deadline, a nearer depot, or a substitute", "放宽时限、增设较近的储备库或规定代用物资")
        found.append(Finding("unreachable-want", what, remedy, severity=severity))
    return found
