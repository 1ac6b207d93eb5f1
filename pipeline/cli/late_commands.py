"""A group of commands whose modules are imported when a command is called; its help is read from their docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import typer
from typer.main import get_command, get_group

from pipeline.cli.group import Command, Commands


@cache
def load_command(name: str, place: str) -> Any:
    """Return a command, or a group of commands where the place is a group or the callback of a group."""
    module_name, _, attribute = place.partition(":")
    module = import_module(f"pipeline.cli.{module_name}")
    found, group = getattr(module, attribute), getattr(module, "app", None)
    if group is not None and found in (group, getattr(group.registered_callback, "callback", None)):
        loaded = get_group(group)
        loaded.name = name
        return loaded
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, cls=Command)(found)
    return get_command(alone)


def read_docstring(place: str) -> str:
    """Return the docstring of a command, or the text of a group, from the source: imports take seconds."""
    module, _, attribute = place.partition(":")
    source = Path(__file__).with_name(f"{module}.py").read_text("utf-8")
    definition = re.search(rf"^(?:def {attribute}\(|{attribute} = )", source, re.MULTILINE)
    assert definition is not None
    begin = source.index('"""', definition.end()) + 3
    return source[begin : source.index('"""', begin)]


class LateCommands(Mapping[str, Any]):
    """Commands by name, imported when they are looked up.

    Args:
        places: ``module:attribute`` in ``pipeline.cli`` by the name of the command.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> Any:
        return load_command(name, self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class LateGroup(Commands):
    """A group that imports a command when it is called, and none for its help.

    Attributes:
        places: ``module:attribute`` in ``pipeline.cli`` by the name of the command, in the order of the help.
    """

    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = LateCommands(self.places)

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(self.places)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Return a command without parameters: what the help of the group shows."""
        place = self.places.get(cmd_name)
        return None if place is None else Command(cmd_name, help=read_docstring(place))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the imported command and the rest of the arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else self.commands[name], rest
