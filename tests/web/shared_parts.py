"""Parts of the application that all applications of a process share.

Nearly every test has an application of its own. FastAPI works out afresh for each of them what every route takes from a
request, and each reads the words that it suggests: longer than most tests take for all else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import routing

from pipeline.recognition.decoding.language_model import read_language
from pipeline.web import autocomplete

_CONTEXTS = "_build_effective_context"
_known: dict[tuple[object, ...], Any] = {}


def share() -> None:
    """Have what follows from the declaration of a route, and the words, worked out once a process."""
    vars(autocomplete)["read_language"] = cache(read_language)
    included = vars(routing)["_IncludedRouter"]
    setattr(included, _CONTEXTS, _kept(getattr(included, _CONTEXTS)))


def _kept(build: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def built(included: Any, route: Any) -> Any:
        where = included.include_context
        asked = tuple(one.dependency for one in where.dependencies)
        key = (id(route), where.prefix, asked)
        if key not in _known:
            _known[key] = (
                route,
                build(included, route),
            )  # the route is kept, so that no other gets its number
        return _known[key][1]

    return built
