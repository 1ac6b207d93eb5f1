"""A group of commands whose modules are imported at the call; its help is read from their docstrings."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import typer
from typer.main import get_command, get_group

from pipeline.cli.group import Command, Commands


@cache
def load_command(name: str, place: str) -> Any:
    """Return a command, or a group of commands where the place is a group or its callback."""
    module_name, _, attribute = place.partition(":")
    module = _imported(f"pipeline.cli.{module_name}")
    definition, group = getattr(module, attribute), getattr(module, "app", None)
    if group is not None and definition in (group, getattr(group.registered_callback, "callback", None)):
        loaded = get_group(group)
        loaded.name = name
        return loaded
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, cls=Command)(definition)
    return get_command(alone)


def _imported(name: str) -> ModuleType:
    """Import without garbage collection, which takes a fifth of the time and finds nothing: modules stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        module = import_module(name)
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
    return module


def read_docstring(place: str) -> str:
    """Return the docstring of a command or the text of a group, read from the source because imports take seconds."""
    module, _, attribute = place.partition(":")
    source = Path(__file__).with_name(f"{module}.py").read_text("utf-8")
    definition = re.search(rf"^(?:def {attribute}\(|{attribute} = )", source, re.MULTILINE)
    assert definition is not None
    begin = source.index('"""', definition.end()) + 3
    return source[begin : source.index('"""', begin)]


class LazyCommands(Mapping[str, Any]):
    """Commands by name, imported at look-up.

    Args:
        places: ``module:attribute`` in ``pipeline.cli`` by command name.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> Any:
        return load_command(name, self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class LazyGroup(Commands):
    """A group that imports a command when it is called, and imports nothing for its help.

    Attributes:
        places: ``module:attribute`` in ``pipeline.cli`` by command name, in the order of the help.
    """

    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = LazyCommands(self.places)

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(self.places)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Return a command without parameters, for the help of the group."""
        place = self.places.get(cmd_name)
        return None if place is None else Command(cmd_name, help=read_docstring(place))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the imported command and the remaining arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else self.commands[name], rest
