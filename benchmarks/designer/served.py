"""An office with the form designer on a port of this machine, and a supervisor in a real browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
from playwright.sync_api import Page

from benchmarks.servers.chromium import headless_browser
from pipeline.declarations.schema import FormShelf, Schemas
from pipeline.form_design.drafts import FormDrafts
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.run_context import RunContext
from pipeline.runs.specimens import SpecimenReader
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.background_jobs import BackgroundJobs
from pipeline.web.form_design.form_desk import FormDesk
from pipeline.web.form_design.own_forms import OwnForms

LOGIN, PASSWORD = "phu.trach", "con mèo mà trèo cây cau"


@contextmanager
def served_designer(root: Path, schemas: Schemas, hidden: str) -> Iterator[str]:
    """The address of an office that does not know the hidden form."""
    workspace = Workspace(root)
    known = {name: form for name, form in schemas.forms.items() if name != hidden}
    declared = replace(schemas, forms=FormShelf(known))
    context = RunContext(root, workspace.registry_url, declared)
    listener = socket.create_server(("127.0.0.1", 0))
    with (
        Registry.open(workspace.registry_url, declared) as registry,
        BackgroundJobs(workspace.jobs) as jobs,
        SpecimenReader(context) as reader,
    ):
        accounts = registry.accounts()
        first = accounts.create(LOGIN, "Người Phụ Trách", Role.SUPERVISOR, None)
        session = accounts.authenticate(LOGIN, first, "bench")
        accounts.change_password(session, first, PASSWORD, "bench")
        own = OwnForms(workspace.own_forms, lambda name: workspace.history(f"forms/{name}"), declared)
        desk = FormDesk(FormDrafts(workspace.form_drafts), own, declared, jobs, reader)
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(new_site(registry, declared, forms=desk)), access_log=False, log_config=None
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


@contextmanager
def supervisor_at(url: str) -> Iterator[Page]:
    """The screen of a supervisor who is logged in."""
    with headless_browser() as browser:
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.goto(f"{url}/login")
        page.get_by_label("Tên đăng nhập").fill(LOGIN)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/")
        yield page
