"""The routes, one module a subject. Each route has its line in ``pipeline/review/security/access.py``."""

from pipeline.review.routes import (
    accounts,
    books,
    column,
    confirmations,
    desk,
    entries,
    home,
    login,
    lots,
    packages,
    pictures,
    reconciliations,
    reports,
    withdrawals,
)

ROUTERS = (
    login.router,
    home.router,
    desk.router,
    column.router,
    entries.router,
    reconciliations.router,
    packages.router,
    desk.tickets_router,
    pictures.router,
    reports.router,
    lots.router,
    books.router,
    withdrawals.router,
    accounts.router,
    confirmations.router,
)
