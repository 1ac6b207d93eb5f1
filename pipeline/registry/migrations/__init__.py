"""Alembic's folder: ``env.py`` runs the frozen steps in ``versions/``."""
