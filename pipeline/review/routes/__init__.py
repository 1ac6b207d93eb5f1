"""The routes, a module a concern. Each one has its line in ``pipeline/review/access.py``."""

from pipeline.review.routes import (
    accounts,
    column,
    desk,
    health,
    home,
    login,
    password,
    pictures,
    reconcile,
    reports,
    session,
    tickets,
)

ROUTERS = tuple(
    module.router
    for module in (
        health,
        login,
        password,
        session,
        home,
        desk,
        column,
        reconcile,
        tickets,
        pictures,
        reports,
        accounts,
    )
)
