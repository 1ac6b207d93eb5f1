"""Caches of what takes long to draw and much memory to keep: one test module shares it, the next one does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

T = TypeVar("T")

_caches: list[_lru_cache_wrapper[Any]] = []


def module_cache(function: Callable[..., T]) -> _lru_cache_wrapper[T]:
    """Keep what the function returns, by its arguments, until the test module ends."""
    cached = cache(function)
    _caches.append(cached)
    return cached


def forget() -> None:
    """Forget all that is kept."""
    for cached in _caches:
        cached.cache_clear()
