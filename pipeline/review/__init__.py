"""The reviewers' desk: a web application over the registry. FastAPI, Starlette and uvicorn live here."""

from pipeline.review.app import create_app
from pipeline.review.options import ReviewOptions

__all__ = ["ReviewOptions", "create_app"]
