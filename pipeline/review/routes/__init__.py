"""The routes, a module a concern. Each one has its line in ``pipeline/review/access.py``."""

from pipeline.review.routes import accounts, health, home, login, password

ROUTERS = (health.router, login.router, password.router, home.router, accounts.router)
