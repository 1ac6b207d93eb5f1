"""Commands that are loaded when they are called: all of them together take seconds, and each needs few of the rooms."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.main import get_command, get_group

from pipeline.cli.group import Command, Commands


@dataclass(frozen=True)
class LateCommand:
    """A command, or a group of them, that is not loaded.

    Attributes:
        name: What is typed.
        module: Its module in ``pipeline.cli``.
        attribute: Its function there, or its ``Typer`` where it is a group.
        says: The first paragraph of its help.
    """

    name: str
    module: str
    attribute: str
    says: str

    def loaded(self) -> Any:
        """Return the command itself."""
        found = getattr(import_module(f"pipeline.cli.{self.module}"), self.attribute)
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = self.name
            return group
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(self.name, cls=Command)(found)
        return get_command(alone)


class LateCommands(MutableMapping[str, Any]):
    """Commands by their names, each loaded when it is first looked up.

    Args:
        commands: The commands, in the order of the help.
    """

    def __init__(self, commands: Sequence[LateCommand]) -> None:
        self._late = {command.name: command for command in commands}
        self._loaded: dict[str, Any] = {}

    def outline(self, name: str) -> Command | None:
        """Return a command that knows its name and what it says of itself, and does nothing."""
        late = self._late.get(name)
        return None if late is None else Command(late.name, help=late.says)

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = self._late[name].loaded()
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._late[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._late)

    def __len__(self) -> int:
        return len(self._late)


class LateGroup(Commands):
    """A group whose commands are loaded when they are called.

    Attributes:
        late: Its commands, in the order of the help.
    """

    late: ClassVar[tuple[LateCommand, ...]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = self._late_commands = LateCommands(self.late)

    def list_commands(self, _ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Return what the list of commands shows of a command."""
        return self._late_commands.outline(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the command itself and what is left of the arguments."""
        name, _, left = super().resolve_command(ctx, args)
        return name, None if name is None else self.commands[name], left
