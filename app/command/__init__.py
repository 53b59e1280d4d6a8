"""`kafedra …`: one command for a newcomer's laptop and an administrator's server alike.

Sub-commands are loaded when they are called, so that each starts as fast as what it needs.
"""

import importlib

import click

from courses.settings import SettingsError

COMMANDS = {
    "run": ("app.command.run", "run"),
    "prepare": ("app.command.prepare", "prepare"),
    "build": ("app.command.prepare", "build"),
    "migrate": ("app.command.prepare", "migrate"),
    "demo": ("app.command.demo", "demo"),
    "web": ("app.command.processes", "web"),
    "worker": ("app.command.processes", "worker"),
    "scheduler": ("app.command.processes", "scheduler"),
    "check": ("app.command.check", "check"),
    "smoke": ("app.command.smoke", "smoke"),
    "questions": ("app.command.questions", "questions"),
    "course": ("app.command.course", "course"),
    "person": ("app.command.person", "person"),
    "audit": ("app.command.audit", "audit"),
    "messages": ("app.command.messages", "messages"),
}


class LazyGroup(click.Group):
    """A group that imports a sub-command's module only when that sub-command is asked for.

    A setting that is wrong ends every command the same way: its sentence, and the exit code 1.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kafedra")
def main() -> None:
    """Кафедра: дистанционное повышение мастерства педагогов."""
