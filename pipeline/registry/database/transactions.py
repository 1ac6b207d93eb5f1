"""Methods that run a function in a transaction of their own: how a façade of the registry lists what it offers.

A façade (``Registry``, ``Desk``, ``Lots``, ``Reconciliations``) holds no code of its own. Each of its methods is a
function of a subject, with the transaction in front: ``queue = reading(overview.queue)`` makes of
``overview.queue(connection, book_id)`` the method ``registry.queue(book_id)``, with its arguments and its docstring.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import Connection

from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.database import Database
from pipeline.registry.database.record_tables import RecordSchema

ContextT = TypeVar("ContextT")
P = ParamSpec("P")
R = TypeVar("R")


class Facade(ABC, Generic[ContextT]):
    """A database and functions over it; ``_context`` gives what they take first, from the connection."""

    def __init__(self, database: Database, declared: RecordSchema) -> None:
        self._database = database
        self._declared = declared

    @abstractmethod
    def _context(self, connection: Connection) -> ContextT: ...

    @contextmanager
    def _reading(self) -> Iterator[ContextT]:
        with self._database.reading() as connection:
            yield self._context(connection)

    @contextmanager
    def _writing(self) -> Iterator[ContextT]:
        with self._database.writing() as connection:
            yield self._context(connection)


class ConnectionFacade(Facade[Connection]):
    """A façade whose functions take the connection itself."""

    def _context(self, connection: Connection) -> Connection:
        return connection


def reading(work: Callable[Concatenate[ContextT, P], R]) -> Callable[Concatenate[Facade[ContextT], P], R]:
    """Return the method that calls ``work`` in a transaction that sees one state of the database."""

    @wraps(work)
    def method(facade: Facade[ContextT], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with facade._reading() as context:
            return work(context, *args, **kwargs)

    return method


def writing(work: Callable[Concatenate[ContextT, P], R]) -> Callable[Concatenate[Facade[ContextT], P], R]:
    """Return the method that calls ``work`` in a transaction of which all is stored or nothing."""

    @wraps(work)
    def method(facade: Facade[ContextT], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with facade._writing() as context:
            return work(context, *args, **kwargs)

    return method


def reading_declared(
    work: Callable[Concatenate[Connection, RecordSchema, P], R],
) -> Callable[Concatenate[Facade[Any], P], R]:
    """As ``reading``, of a function that takes the connection and the declared records first."""

    @wraps(work)
    def method(facade: Facade[Any], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with facade._database.reading() as connection:
            return work(connection, facade._declared, *args, **kwargs)

    return method


def writing_declared(
    work: Callable[Concatenate[Connection, RecordSchema, P], R],
) -> Callable[Concatenate[Facade[Any], P], R]:
    """As ``writing``, of a function that takes the connection and the declared records first."""

    @wraps(work)
    def method(facade: Facade[Any], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with facade._database.writing() as connection:
            return work(connection, facade._declared, *args, **kwargs)

    return method


def reading_proven(
    work: Callable[Concatenate[Connection, Key | None, P], R],
) -> Callable[Concatenate[Facade[Any], P], R]:
    """As ``reading``, of a function that takes the connection and the key of the audit first."""

    @wraps(work)
    def method(facade: Facade[Any], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with facade._database.reading() as connection:
            return work(connection, facade._database.key, *args, **kwargs)

    return method


def reading_declared_proven(
    work: Callable[Concatenate[Connection, RecordSchema, Key | None, P], R],
) -> Callable[Concatenate[Facade[Any], P], R]:
    """As ``reading_declared``, of a function that takes the key of the audit third."""

    @wraps(work)
    def method(facade: Facade[Any], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with facade._database.reading() as connection:
            return work(connection, facade._declared, facade._database.key, *args, **kwargs)

    return method


def writing_declared_proven(
    work: Callable[Concatenate[Connection, RecordSchema, Key | None, P], R],
) -> Callable[Concatenate[Facade[Any], P], R]:
    """As ``writing_declared``, of a function that takes the key of the audit third."""

    @wraps(work)
    def method(facade: Facade[Any], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with facade._database.writing() as connection:
            return work(connection, facade._declared, facade._database.key, *args, **kwargs)

    return method
