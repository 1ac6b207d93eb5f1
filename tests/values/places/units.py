"""The shipped tables, read once for all tests of this room."""

from __future__ import annotations

from functools import cache

from pipeline.declarations.schema import default_folder
from pipeline.values.places import Gazetteer, Resolver, read_gazetteer


@cache
def gazetteer() -> Gazetteer:
    return read_gazetteer(default_folder() / "places")


@cache
def resolver() -> Resolver:
    return Resolver(gazetteer())
