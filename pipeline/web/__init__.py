"""The web application for reviewers. FastAPI, Starlette and uvicorn live here."""
