"""Why: run a replication again with every choice told, and keep what was decided about one incident."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engine.arrivals import arrivals
from sim.engine.simulate import simulate
from sim.engine.trace import Told, Tracer
from sim.errors import Finding, InputError, Language, Mark, Words, did_you_mean
from sim.experiment.disk import MANIFEST
from sim.experiment.folder import read_json
from sim.experiment.identity import code_version
from sim.experiment.results import Results
from sim.experiment.why_log import Diary
from sim.randomness import Draws

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from sim.experiment.why_table import Absent
    from sim.scenario.frozen import Course, Scenario

RESOLVED = "scenario.resolved.yaml"


@dataclass(frozen=True)
class Why:
    """Every choice about one incident in one replication.

    Parameters
    ----------
    scenario
        What was run.
    language
        That of the run.
    replication
        Which replication.
    incident, number
        Id of the incident, and its number among those of the replication.
    course
        How it was answered.
    incidents
        Ids of all incidents of the replication.
    decisions
        What was decided, in order (see `sim.engine.trace`); teams and places are positions in the scenario's tables.
    diary
        The log of the replication.
    """

    scenario: Scenario
    language: Language
    replication: int
    incident: str
    number: int
    course: Course
    incidents: tuple[str, ...]
    decisions: tuple[Told, ...]
    diary: Diary

    def title(self, language: Language | None = None) -> str:
        """Return what this is about: the scenario, the incident, the replication."""
        from sim.experiment.why_names import Namer

        spoken = language or self.language
        names = Namer(self, spoken)
        name = names.incident(self.number)
        incident = self.incident if name == self.incident else f"{name} ({self.incident})"
        planned = self.scenario.mode == "drill"
        run = (
            names.say("as planned", "计划值")
            if planned
            else names.say(f"replication {self.replication}", f"第 {self.replication} 次")
        )
        return names.plain(f"{self.scenario.name} · {incident} · {run}")

    def sentences(self, language: Language | None = None, team: str | None = None) -> list[str]:
        """Return the choices in words, in order of time, one a choice.

        Parameters
        ----------
        language
            That of the run by default.
        team
            Id or name of a team: only what concerns it.

        Raises
        ------
        InputError
            If there is no such team.
        """
        return [said for _, said in self.told(language, team)]

    def told(self, language: Language | None = None, team: str | None = None) -> Iterator[tuple[int, str]]:
        """Yield the sentences with their moments (ms)."""
        from sim.experiment.why_words import Teller

        return Teller(self, language or self.language, None if team is None else self.team(team)).told()

    @cached_property
    def who_cannot(self) -> tuple[Absent, ...]:
        """Return who could not come, and why: one row a team and reason."""
        from sim.experiment.why_table import absent

        return absent(self)

    def who_cannot_table(self, language: Language | None = None) -> pd.DataFrame:
        """Return who could not come as a table in words."""
        import pandas as pd

        from sim.experiment.why_table import table

        head, *rows = table(self, language or self.language)
        return pd.DataFrame(rows, columns=list(head))

    def team(self, name: str) -> int:
        """Return the number of a team by its id or name.

        Raises
        ------
        InputError
            If there is none.
        """
        for team in self.scenario.teams:
            if name in (team.id, team.name):
                return team.index
        what = Words(f"there is no team '{name}'", f"没有队伍“{name}”")
        known = [word for team in self.scenario.teams for word in (team.id, team.name)]
        raise InputError([Finding("unknown-team", what, did_you_mean(name, known))], self.language)


def why(
    results: Results | str | Path,
    incident: str | None = None,
    replication: int | None = None,
    *,
    root: str | Path | None = None,
    scenario: Scenario | None = None,
) -> Why:
    """Run a replication again, and return why things were decided as they were for one incident.

    Parameters
    ----------
    results
        The results of a run, or their folder.
    incident
        Its id, such as ``leak`` or ``fire-calls/12``, or its name. It may be left out where there is one only.
    replication
        Which replication; the first one that the results have by default.
    root
        Root of the project that paths in the scenario are relative to. By default looked for above the results, then above
        the working directory.
    scenario
        The scenario that was run, if it is at hand. Results in memory need it.

    Returns
    -------
    Why

    Raises
    ------
    InputError
        If there is no such result, replication or incident, or if the run does not repeat: the simulator or the data have
        changed since.
    """
    found = results if isinstance(results, Results) else Results.load(results)
    language: Language = found.summary["language"]
    number = _replication(found, replication, language)
    loaded = _scenario(found, root, language) if scenario is None else scenario
    if found.summary["mode"] == "plan" and loaded.mode == "drill":
        loaded = loaded.as_plan()
    seed = int(found.summary["seed"])
    coming = arrivals(loaded, None if loaded.mode == "drill" else Draws(seed, number))
    names = tuple(coming.name(alarm) for alarm in range(len(coming.times)))
    which = _incident(loaded, names, incident, language)
    decisions: list[Told] = []
    outcome = simulate(loaded, number, seed=seed, keep_drives=False, tracer=Tracer(decisions.append, which))
    if outcome.digest != found.digests[found.numbers.index(number)]:
        raise InputError([_not_the_same(found, loaded)], language)
    diary, course = Diary(loaded, outcome.rows), loaded.courses[coming.courses[which]]
    return Why(loaded, language, number, names[which], which, course, names, tuple(decisions), diary)


def _replication(results: Results, wanted: int | None, language: Language) -> int:
    numbers = results.numbers
    if wanted is None:
        return numbers[0]
    if wanted not in numbers:
        what = Words(f"these results have no replication {wanted}", f"这份结果里没有第 {wanted} 次重复运行")
        span = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
        raise InputError([Finding("no-replication", what, Words(f"it has {span}", f"现有编号 {span}"))], language)
    return wanted


def _incident(scenario: Scenario, names: Sequence[str], wanted: str | None, language: Language) -> int:
    """Return the number of an incident by its id, or by the name that the scenario gives it."""
    if wanted is None and len(names) == 1:
        return 0
    named = {one.id: one.name for one in (*scenario.planned, *(row for table in scenario.recorded for row in table.rows))}
    found = [number for number, name in enumerate(names) if wanted in (name, named.get(name))]
    if len(found) == 1:
        return found[0]
    count = len(names)
    if wanted is None:
        what = Words("there are several incidents here; say which one" if names else "nothing happened in this replication",
                     "这里有多起事件,请指明是哪一起" if names else "这次运行没有发生事件")  # fmt: skip
        remedy = did_you_mean("", names)
    elif found:
        what = Words(f"{len(found)} incidents are called '{wanted}'", f"叫“{wanted}”的事件有 {len(found)} 起")
        remedy = did_you_mean("", [names[number] for number in found])
    else:
        what = Words(f"there is no incident '{wanted}' among the {count} here", f"这里的 {count} 起事件中没有“{wanted}”")
        remedy = did_you_mean(wanted, [*names, *(named[name] for name in names if name in named)])
    raise InputError([Finding("unknown-incident", what, remedy)], language)


# --- the scenario of a results folder ------------------------------------------------------------------------------------


def _scenario(results: Results, root: str | Path | None, language: Language) -> Scenario:
    """Return the scenario of saved results, read with the root under which its paths lead somewhere."""
    from sim.scenario.load import check_scenario

    if results.path is None:
        what = Words("results in memory do not hold their scenario", "内存中的结果不含情景")
        remedy = Words("give it with scenario=…, or run with out=…", "请用 scenario=… 给出,或运行时写 out=…")
        raise InputError([Finding("no-scenario", what, remedy)], language)
    file = results.path / RESOLVED
    refused: tuple[Finding, ...] = ()
    for candidate in _roots(file) if root is None else [Path(root)]:
        scenario, findings, _ = check_scenario(file, None, candidate)
        if scenario is not None:
            return scenario
        refused = refused or tuple(found for found in findings if found.severity == "error")
    what = Words("the scenario in these results cannot be read again", "这份结果中的情景无法重新读入")
    remedy = Words(
        "name the project folder that its paths are relative to (--root)", "请用 --root 指定情景中路径所依据的项目文件夹"
    )
    raise InputError([Finding("cannot-repeat", what, remedy, Mark(str(file))), *refused], language)


def _roots(file: Path) -> list[Path]:
    """Return the folders that may be the root of the project: above the results, above the working directory, that one."""
    from sim.scenario.project import ROOT_SIGN, project_root

    here = Path.cwd()
    found = [project_root(file), project_root(here / RESOLVED)]
    return list(dict.fromkeys([*(folder for folder in found if (folder / ROOT_SIGN).is_file()), here]))


def _not_the_same(results: Results, scenario: Scenario) -> Finding:
    """Say why a replication does not repeat, as far as it can be told."""
    where = None if results.path is None else Mark(str(results.path))
    what = Words(
        "run again, this replication does not come out as it is in these results", "重新运行的这次过程与结果中保存的不一致"
    )
    again = Words("run the scenario again, then ask", "请重新运行该情景再问")
    identity: dict[str, Any] = {} if results.path is None else read_json(results.path / MANIFEST)["identity"]
    if identity and identity["code"] != code_version():
        again = Words(
            f"they are of another version of the simulator ({identity['code']}); {again.en}",
            f"结果出自另一版本的程序({identity['code']});{again.zh}",
        )
    elif identity and identity["network"] != scenario.network_hash:
        again = Words(f"the road network has changed since; {again.en}", f"路网已改动;{again.zh}")
    else:
        again = Words(
            f"the scenario, its tables or the computer are not the same; {again.en}", f"情景、所引表格或计算机不同;{again.zh}"
        )
    return Finding("not-repeated", what, again, where)
