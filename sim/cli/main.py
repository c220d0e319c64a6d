"""``run_scenario.py``: a scenario file as the first word runs it; other first words are commands."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from sim import __version__

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("sim.cli.run", "run a scenario file (运行情景)"),
    "compare": ("sim.cli.compare", "compare configurations under the same luck (方案比选)"),
    "size": ("sim.cli.size", "size the reserve, and prove it by simulation (储备定量)"),
    "check": ("sim.cli.check", "check a scenario file and list every finding (检查情景)"),
    "why": ("sim.cli.why", "why teams were sent or not, for one incident (为什么这样派)"),
    "diff": ("sim.cli.diff", "compare two results, event by event (比较两次结果)"),
    "network": ("sim.cli.network", "inspect a road network (查看路网)"),
    "translate": ("sim.cli.translate", "rewrite a scenario with keys in the other language (中英文互译)"),
    "schema": ("sim.cli.schema", "write the JSON Schema for editors (生成 JSON Schema)"),
}
"""Command → its module (which has a click command called `command`) and what it does."""


class Front(click.Group):
    """Loads a command when it is used, and takes a scenario file for the command `run`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Tell a command from a file, and a mistyped command from a mistyped file."""
        from pathlib import Path

        from sim.errors import nearest

        first = args[0]
        if first in COMMANDS or first.startswith("-"):
            return super().resolve_command(ctx, args)
        if Path(first).exists() or _looks_like_a_file(first):
            return super().resolve_command(ctx, ["run", *args])
        close = nearest(first, COMMANDS, 1)
        hint = f"是否想用 {close[0]}?did you mean '{close[0]}'?" if close else f"可用 known: {', '.join(COMMANDS)}"
        ctx.fail(f"没有命令 no such command: '{first}' · {hint}")
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


def _looks_like_a_file(word: str) -> bool:
    return any(sign in word for sign in "./\\") or word.endswith(("yaml", "yml"))


@click.group(
    cls=Front,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="例 example: python run_scenario.py scenarios/hazchem-pingshuo.yaml",
)
@click.version_option(__version__, prog_name="drillsim")
def front() -> None:
    """应急资源与演练仿真。Emergency-resource and drill simulation.

    python run_scenario.py SCENARIO.yaml [-n 次数] 运行一个情景;python run_scenario.py run --help 查看全部选项。
    """


def main() -> None:
    """Run the command line; the process ends with 0, 1 (run failed), 2 (bad input) or 130 (interrupted)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    front(prog_name="run_scenario.py")
