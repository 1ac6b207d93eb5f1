"""The reviewers' desk: a web application over the registry. FastAPI, Starlette and uvicorn live here."""

from pipeline.review.app import create_app
from pipeline.review.options import ReviewOptions
from pipeline.review.packages import PackageDesk
from pipeline.review.pictures import Pictures

__all__ = ["PackageDesk", "Pictures", "ReviewOptions", "create_app"]
