"""The routes, a module a concern. Each one has its line in ``pipeline/review/access.py``."""

from pipeline.review.routes import (
    accounts,
    column,
    desk,
    entries,
    health,
    home,
    login,
    lots,
    packages,
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
        entries,
        reconcile,
        packages,
        tickets,
        pictures,
        reports,
        lots,
        accounts,
    )
)
