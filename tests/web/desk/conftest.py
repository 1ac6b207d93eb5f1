from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, ViewportSize

from benchmarks.servers import chromium as chromium_program
from pipeline.registry import Registry
from pipeline.scans.workspace import Workspace
from tests.registry.pages import SCHEMAS
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SCREEN: ViewportSize = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not chromium_program.is_installed():
        pytest.skip("no Chromium on this machine: make test-packages")
    with chromium_program.headless_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Registry, Workspace]]:
    """One registry for all offices: making one takes longer than a test."""
    workspace = Workspace(tmp_path_factory.mktemp("offices"))
    with Registry.open(workspace.registry_url, SCHEMAS) as registry:
        yield registry, workspace


@pytest.fixture
def office(shared: tuple[Registry, Workspace]) -> Office:
    return Office(*shared, place=f"{next(_places):05}")


_places = count(10_001)


@pytest.fixture
def sit_down(chromium: Browser, office: Office) -> Iterator[Callable[[str], Typist]]:
    """Seats a person at a screen of their own, logged in. No script of the page may have failed in the end."""
    contexts, typists = [], []

    def sit(name: str) -> Typist:
        contexts.append(chromium.new_context(viewport=SCREEN, reduced_motion="reduce"))
        typists.append(Typist(contexts[-1], office.url))
        return typists[-1].go_on(office.session(name))

    yield sit
    for context in contexts:
        context.close()
    assert [fault for typist in typists for fault in typist.faults] == []
