"""A comparison compiled: variants, metrics, precision, choice and small changes, checked against their scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import Words, did_you_mean
from sim.scenario.compiling.study_context import opened, stacked
from sim.scenario.compiling.study_resolved import resolved_text
from sim.scenario.compiling.study_small import label, small_patch
from sim.scenario.metric_names import SHARE, Family, arguments_of, metric_examples, parse_metric, split
from sim.scenario.node import with_marks
from sim.scenario.schema.study import CompareStudy, Replications, RestsOn
from sim.scenario.study import Choice, Precision, Question, SmallChange, Study, Variant
from sim.units import MINUTE, UnitError, parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.scenario.compiling.study_context import StudyContext
    from sim.scenario.frozen import Scenario
    from sim.scenario.node import Node
    from sim.scenario.study import Best

MOST, FIRST, BATCH = 100, 20, 20
_DIRECTIONS: dict[str, Best] = {"low": "least", "high": "most"}


def load(path: Path, root: Path | None, asked: Mapping[str, Any]) -> Study:
    """Compile a comparison. See `sim.scenario.study.load_study`."""
    return _Compiler(opened(path, CompareStudy, root), asked).study()


@dataclass(slots=True)
class _Entry:
    """A variant as it is written, with its place."""

    position: int
    id: str
    file: Path
    patch: Node | None
    scenario: Scenario | None


class _Compiler:
    """Compiles one study file; findings gather in its context."""

    def __init__(self, context: StudyContext, asked: Mapping[str, Any]) -> None:
        self.context = context
        self.file: CompareStudy = context.file
        self.asked = asked
        self.mode = "plan" if "replications" in asked else None if self.file.mode is None else str(self.file.mode)

    def study(self) -> Study:
        """Return the compiled study.

        Raises
        ------
        InputError
            With every finding.
        """
        context, file = self.context, self.file
        entries = [entry for entry in map(self.entry, range(len(file.variants))) if entry is not None]
        baseline = self.baseline(entries)
        scenarios = {entry.id: entry.scenario for entry in entries if entry.scenario is not None}
        mode = self.one_mode(entries)
        metrics = self.metrics(scenarios, baseline)
        precision = self.precision(scenarios, mode)
        choice = self.choice(scenarios, mode)
        question = self.rests_on(scenarios, metrics, choice)
        small = self.marginal(entries, baseline)
        numbers = self.numbers(scenarios.get(baseline), mode)
        context.stop_if_wrong()
        variants = tuple(self.variant(entry) for entry in entries)
        more = [one.metric for one in precision] + ([choice.metric] if choice else []) + ([question.metric] if question else [])
        position = [variant.id for variant in variants].index(baseline)
        seed = self.asked.get("seed", variants[position].scenario.seed if file.seed is None else file.seed)
        return Study(
            name=file.name, question=file.question, language=context.language, path=context.path, root=context.root,
            mode="drill" if mode == "drill" else "plan", variants=variants, baseline=position,
            metrics=tuple(dict.fromkeys([*metrics, *more])), seed=seed,
            seeds="independent" if str(file.seeds) == "independent" else "common", most=numbers[0], first=numbers[1],
            batch=numbers[2], precision=precision, choice=choice, marginal=small, rests_on=question,
            resolved=resolved_text(context, variants), warnings=tuple(context.findings),
        )  # fmt: skip

    # --- variants ----------------------------------------------------------------------------------------------------

    def entry(self, position: int) -> _Entry | None:
        """Return a variant with its scenario, as far as it can be had."""
        context, written, at = self.context, self.file.variants[position], ("variants", position)
        if written.name and any(written.name in (other.name, other.id) for other in self.file.variants[:position]):
            what = Words(f"two variants are called '{written.name}'", f"有两个方案都叫“{written.name}”")
            context.add("duplicate-name", what, Words("give one another name", "给其中一个换个名称"), *at, "name")
        name = written.scenario or self.file.scenario
        place: tuple[str | int, ...] = (*at, "scenario") if written.scenario else ("scenario",)
        patch = context.change(*at, "change") if written.change is not None else None
        if name is None:
            what = Words(f"variant '{written.id}' has no scenario", f"方案“{written.id}”没有情景")
            remedy = Words("write 'scenario: …' for the study or for the variant", "请给研究或该方案写“情景: …”")
            context.add("missing-key", what, remedy, *at)
            return None
        file = context.scenario_file(name, *place)
        if file is None:
            return None
        patch = self.with_asked(file, patch)
        return _Entry(position, written.id, file, patch, context.compiled(file, patch))

    def with_asked(self, file: Path, patch: Node | None) -> Node | None:
        """Return a change with what the whole study asks of every scenario: its mode, and times whose share is counted."""
        extra: dict[str, Any] = {} if self.mode is None else {"mode": self.mode}
        thresholds = self.thresholds()
        if thresholds:
            there = self.context.tree(file, patch).tree.get("thresholds") or []
            extra["thresholds"] = [*there, *(text for text in thresholds if text not in there)]
        mark = self.context.where("mode")
        return stacked(patch, with_marks(extra, mark.file, mark.line or 1)) if extra else patch

    def thresholds(self) -> list[str]:
        """Return the times that metrics of the study name, such as 15 min of ``within.15min``."""
        file = self.file
        texts = [*file.metrics, *(one.metric for one in file.precision)]
        texts += [file.choose.metric] if file.choose is not None and file.choose.metric else []
        names = [parse_metric(text, ()) for text in texts]
        return list(dict.fromkeys(name.removeprefix("within.") for name in names if name and name.startswith("within.")))

    def variant(self, entry: _Entry) -> Variant:
        """Return a variant; nothing is wrong with it."""
        written = self.file.variants[entry.position]
        assert entry.scenario is not None
        cost = None if written.cost is None else written.cost.planned
        return Variant(written.id, written.name or written.id, entry.file, entry.patch, entry.scenario, cost, written.source)

    def baseline(self, entries: Sequence[_Entry]) -> str:
        """Return the id of the baseline."""
        names = [variant.id for variant in self.file.variants]
        found = self.file.baseline
        if found is not None and found not in names:
            self.context.unknown(Words("variant", "方案"), found, names, "baseline")
        return found if found in names else entries[0].id if entries else ""

    def one_mode(self, entries: Sequence[_Entry]) -> str:
        """Return drill or plan; a finding is added when variants differ in it."""
        modes = {entry.scenario.mode: entry for entry in entries if entry.scenario is not None}
        if len(modes) > 1:
            what = Words("some variants are drills and others plan tests", "有的方案是演练,有的是推演")
            remedy = Words("write 'mode: plan' (or drill) in the study", "请在研究里写“方式: 推演”(或演练)")
            self.context.add("contradiction", what, remedy, "variants", max(entry.position for entry in modes.values()))
        return next(iter(modes), "plan")

    # --- what is looked at -------------------------------------------------------------------------------------------

    def metrics(self, scenarios: Mapping[str, Scenario], baseline: str) -> list[str]:
        """Return the metrics that are written; of the objectives, as far as every variant has them, when none is."""
        if self.file.metrics:
            found = [self.metric(text, scenarios, "metrics", at) for at, text in enumerate(self.file.metrics)]
            return [name for name in dict.fromkeys(found) if name is not None]
        return shared_objectives(scenarios, baseline)

    def metric(self, text: str, scenarios: Mapping[str, Scenario], *path: str | int) -> str | None:
        """Return the canonical name of a metric that every variant has; else findings are added."""
        context = self.context
        before = len(context.findings)
        names = {key: context.metric(text, scenario, *path) for key, scenario in scenarios.items()}
        missing = [key for key, name in names.items() if name is None]
        if missing:
            del context.findings[before:]
            self.no_metric(text, scenarios, missing, *path)
            return None
        return next(iter(names.values()), None)

    def no_metric(self, text: str, scenarios: Mapping[str, Scenario], missing: Sequence[str], *path: str | int) -> None:
        """Add one finding about a metric that variants do not have."""
        what = Words(f"there is no metric '{text}'", f"没有“{text}”这个指标")
        if len(missing) < len(scenarios):
            names = Words(", ".join(missing), "、".join(missing))
            what = Words(f"variant {names.en} has no metric '{text}'", f"方案“{names.zh}”没有“{text}”这个指标")
        first = scenarios[missing[0]]
        examples = metric_examples(first.capabilities, (), arguments_of(first))
        self.context.add("unknown-metric", what, did_you_mean(text, examples), *path)

    def precision(self, scenarios: Mapping[str, Scenario], mode: str) -> tuple[Precision, ...]:
        """Return the precision asked for."""
        found = []
        for position, entry in enumerate(self.file.precision):
            at = ("precision", position)
            name = self.metric(entry.metric, scenarios, *at, "metric")
            within = self.amount(entry.within, name, *at, "within")
            if name is not None and within is not None:
                found.append(Precision(name, within))
        if found and mode == "drill":
            self.no_chance(Words("precision", "精度"), "precision")
        return tuple(found)

    def no_chance(self, what: Words, key: str) -> None:
        """Add the finding that planned values know no chance."""
        said = Words(f"with planned values there is no chance, so '{key}' means nothing", f"按计划值没有随机,“{what.zh}”没有意义")
        self.context.add("contradiction", said, Words("write 'mode: plan', or delete it", "请写“方式: 推演”,或删去"), key)

    def amount(self, raw: object, metric: str | None, *path: str | int) -> float | None:
        """Return an amount above zero in the unit of a metric; else a finding is added."""
        family = split(metric)[0] if metric is not None else None
        try:
            found = in_unit(raw, family)
        except UnitError as error:
            self.context.add("quantity", error.words, error.remedy, *path)
            return None
        if found <= 0:
            what = Words(f"'{raw}' is not above zero: nothing reaches it", f"“{raw}”不大于零,重复多少次也达不到")
            self.context.add("out-of-range", what, Words("write an amount above zero", "请写大于零的数"), *path)
            return None
        return found

    def choice(self, scenarios: Mapping[str, Scenario], mode: str) -> Choice | None:
        """Return how the best is chosen."""
        context, entry = self.context, self.file.choose
        if entry is None:
            return None
        if mode == "drill":
            self.no_chance(Words("choose", "选优"), "choose")
        if len(self.file.variants) < 2:
            what = Words("there is nothing to choose from", "只有一个方案,无从选优")
            context.add("contradiction", what, Words("write another variant", "请再写一个方案"), "choose")
        probability, chance = entry.probability.planned, 1 / max(2, len(self.file.variants))
        if not chance < probability < 1:
            what = Words(f"a probability of {probability:g} cannot be promised", f"保证不了 {probability:g} 的把握")
            remedy = Words(f"write a share between {chance:.2g} and 1", f"请写 {chance:.2g} 与 1 之间的数,如 0.95")
            context.add("out-of-range", what, remedy, "choose", "probability")
        common = str(self.file.seeds) == "common"
        method = ("kn" if common else "rinott") if entry.method is None else str(entry.method)
        if method == "rinott" and common:
            what = Words("Rinott's procedure holds only with independent seeds", "Rinott 方法只用于各自独立的随机数")
            remedy = Words("write 'method: kn', or 'seeds: independent'", "请写“方法: KN”,或“随机数: 各自”")
            context.add("contradiction", what, remedy, "choose", "method")
        if entry.metric is None:
            what = Words("it is not said by which metric the best is chosen", "没有写按哪个指标选优")
            context.add("missing-key", what, Words("add 'metric: …'", "请补上“看什么: …”"), "choose")
        name = None if entry.metric is None else self.metric(entry.metric, scenarios, "choose", "metric")
        indifference = self.amount(entry.indifference, name, "choose", "indifference") if name is not None else None
        best = None if name is None else self.direction(name, None if entry.best is None else str(entry.best), "choose")
        if name is None or indifference is None or best is None:
            return None
        return Choice(name, best, indifference, probability, "rinott" if method == "rinott" else "kn")

    def direction(self, metric: str, written: str | None, *path: str | int) -> Best | None:
        """Return which value is best; a finding is added when neither the file nor the metric says."""
        if written is not None:
            return "least" if written == "least" else "most"
        better = split(metric)[0].better
        if better is None:
            what = Words(f"'{metric}' has no good direction of its own", f"“{metric}”本身没有好坏之分")
            self.context.add("missing-key", what, Words("add 'best: least' or 'most'", "请补上“以何为优”"), *path)
            return None
        return _DIRECTIONS[better]

    def rests_on(self, scenarios: Mapping[str, Scenario], metrics: Sequence[str], choice: Choice | None) -> Question | None:
        """Return what is asked about assumptions."""
        entry = self.file.rests_on
        if isinstance(entry, bool) and not entry:
            return None
        asked = entry if isinstance(entry, RestsOn) else RestsOn()
        if len(self.file.variants) < 2:
            what = Words("one variant has no ranking that could turn", "只有一个方案,没有排序可言")
            self.context.add("contradiction", what, Words("write another variant", "请再写一个方案"), "rests_on")
            return None
        if asked.metric is not None:
            name = self.metric(asked.metric, scenarios, "rests_on", "metric")
        else:
            ranked = [metric for metric in metrics if split(metric)[0].better is not None]
            name = choice.metric if choice is not None else next(iter(ranked), next(iter(metrics), None))
        if name is None:
            return None
        best = choice.best if choice is not None and choice.metric == name else self.direction(name, None, "rests_on")
        return None if best is None else Question(name, best, asked.most, asked.replications)

    # --- how much ----------------------------------------------------------------------------------------------------

    def numbers(self, scenario: Scenario | None, mode: str) -> tuple[int, int, int]:
        """Return the most replications, those of the first look, and those between two looks."""
        if mode == "drill":
            return 1, 1, 1
        written = self.file.replications
        if isinstance(written, Replications):
            most, first, batch = written.most, written.first, written.batch
        else:
            if isinstance(written, int) and written < 1:
                what = Words(f"{written} replications cannot be run", f"重复运行次数不能是 {written}")
                self.context.add("bad-replications", what, Words("ask for 1 or more", "请写不小于 1 的次数"), "replications")
            most = written if isinstance(written, int) else scenario.replications if scenario is not None else MOST
            first, batch = min(FIRST, most), BATCH
        most = self.asked.get("replications", most)
        if isinstance(written, Replications) and "replications" not in self.asked and first > most:
            what = Words(f"the first {first} are more than the most, {most}", f"首批 {first} 次多于最多 {most} 次")
            self.context.add("contradiction", what, Words("correct one of the two", "请改正其一"), "replications")
        return most, min(first, most), batch

    def marginal(self, entries: Sequence[_Entry], baseline: str) -> tuple[SmallChange, ...]:
        """Return the small changes, compiled."""
        context, found = self.context, []
        by_id = {entry.id: entry for entry in reversed(entries)}  # the first of two with the same id
        order = [entry.id for entry in entries]
        known = [variant.id for variant in self.file.variants]
        for position, entry in enumerate(self.file.marginal):
            at = ("marginal", position)
            if entry.of is not None and entry.of not in known:
                context.unknown(Words("variant", "方案"), entry.of, known, *at, "of")
                continue
            base = by_id.get(entry.of or baseline)
            if base is None:
                continue
            patch = small_patch(context, entry, context.tree(base.file, base.patch).tree, at)
            if patch is None:
                continue
            patch = stacked(base.patch, patch)
            scenario = context.compiled(base.file, patch)
            if scenario is None:
                continue
            name, price = label(entry, context.language), None if entry.price is None else entry.price.planned
            variant = Variant(f"small-{position + 1}", name, base.file, patch, scenario, price, entry.source)
            found.append(SmallChange(name, order.index(base.id), variant))
        return tuple(found)


def in_unit(raw: object, family: Family | None) -> float:
    """Return an amount in the unit of a metric: minutes for times, a share, a number; ``±`` in front is left out.

    Raises
    ------
    UnitError
        If it cannot be read so.
    """
    value = raw.strip().lstrip("±") if isinstance(raw, str) else raw
    if family is None:
        return 1.0
    if family.unit.en == "min":
        return parse(value, "duration") / MINUTE
    if family.unit.en == "kg":
        return parse(value, "mass")
    return parse(value, "share" if family.unit == SHARE and family.aggregation == "share" else "count")


def shared_objectives(scenarios: Mapping[str, Scenario], baseline: str) -> list[str]:
    """Return the metrics of the baseline's objectives that are objectives of every variant."""
    if baseline not in scenarios:
        return []
    held = [{objective.metric for objective in scenario.objectives} for scenario in scenarios.values()]
    wanted = [objective.metric for objective in scenarios[baseline].objectives]
    return [name for name in dict.fromkeys(wanted) if all(name in metrics for metrics in held)]
