"""The reviewers' desk: a web application over the registry. FastAPI, Starlette and uvicorn live here."""

from pipeline.review.app import create_app
from pipeline.review.package_queue import PackageQueue
from pipeline.review.pictures import Pictures
from pipeline.review.security.middleware import ReviewOptions

__all__ = ["PackageQueue", "Pictures", "ReviewOptions", "create_app"]
