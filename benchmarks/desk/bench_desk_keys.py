"""How long a field takes at the desk: a scripted expert works through the sample books in a real browser, by keyboard.

The expert knows the truth of each field and takes the shortest way there: accept, another reading, a status, typing.
What the fingers and the head need is the keystroke-level model's (``_keystrokes``), what the machine needs is measured
in Debian's Chromium: from Enter to the frame in which the next field has the focus. The 0.3 s for which a field that
came up takes no word are waited for and not counted: the model's head needs 1.35 s for each field. Wanted: a median of
at most 3 s a field, and the next task within 100 ms.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.table import Table

from benchmarks.desk.desk_expert import READY, do_task
from benchmarks.desk.keystroke_model import SKIP, DeskAction
from benchmarks.figures import report_figures, say
from benchmarks.servers.chromium import headless_browser
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.training.evaluation import load_truth
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from pipeline.web.pictures import Pictures

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LOGIN, PASSWORD = "an", "con mèo mà trèo cây cau"
REVIEWED_ONCE = ReviewPolicy(check="none", blind="none")

WATCH = """
window.answers = [];
const at = () => document.querySelector(".field.current") ?? document.querySelector(".glance:has(.all:focus)");
document.addEventListener("keydown", (event) => {
  const field = at();
  if (!field || event.repeat || !["Enter", "F3"].includes(event.key)) return;
  const started = performance.now();
  const task = document.querySelector(".task");
  const look = () => {
    const now = at();
    if (now && now !== field && now.contains(document.activeElement)) {
      const kind = document.querySelector(".task") === task ? "field" : "task";
      window.answers.push([kind, performance.now() - started]);
    } else if (performance.now() - started < 20000) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}, true);
"""
"""Notes how long it takes from a key that ends a field to the frame in which another field has the focus."""


@dataclass
class Flow:
    """What was done and how fast the machine answered (seconds)."""

    deeds: list[DeskAction] = field(default_factory=list)
    answers: Mapping[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def response(self) -> float:
        return statistics.median([*self.answers["field"], *self.answers["task"]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--workspace", type=Path, help="a workspace in which the sample books were read already"
    )
    parser.add_argument("--entries", type=int, default=25, help="stop after that many entries")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        workspace = Path(folder) / "workspace"
        if chosen.workspace:
            shutil.copytree(chosen.workspace, workspace)
        else:
            say("đọc các sổ mẫu")
            run = [sys.executable, "-m", "pipeline.cli", "run", str(SAMPLES), "--workspace", str(workspace)]
            subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        context = Settings().run_context(workspace)
        with context.open_registry() as registry, _served(registry, workspace, context.schemas) as url:
            flow = _worked(url, context.schemas, chosen.entries)
    _tell(flow)


@contextmanager
def _served(registry: Registry, workspace: Path, schemas: Schemas) -> Iterator[str]:
    """Serve the desk to a reviewer on a port of this machine."""
    accounts = registry.accounts()
    first = accounts.create(LOGIN, "Người đo", Role.REVIEWER, None)
    accounts.change_password(accounts.authenticate(LOGIN, first, "bench"), first, PASSWORD, "bench")
    listener = socket.create_server(("127.0.0.1", 0))
    with Pictures(Workspace(workspace)) as pictures:
        policies, work = OfficePolicies(review=REVIEWED_ONCE), ServerWork(pictures=pictures)
        app = create_app(new_site(registry, schemas, policies=policies, work=work))
        server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def _worked(url: str, schemas: Schemas, entries: int) -> Flow:
    """The expert at work until nothing is left, or that many entries are done."""
    flow = Flow()
    truths = {path.parent.name: load_truth(path) for path in SAMPLES.glob("*/truth.json")}
    with headless_browser() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.add_init_script(WATCH)
        page.goto(url)
        page.keyboard.insert_text(LOGIN)
        page.keyboard.press("Tab")
        page.keyboard.insert_text(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/")
        page.keyboard.press("Enter")
        for _ in range(entries):
            page.locator(f"{READY}, #place[data-again]").first.wait_for()
            if page.locator("#place[data-again]").count():
                break
            do_task(page, truths, schemas, flow.deeds)
        for kind, milliseconds in page.evaluate("window.answers"):
            flow.answers[kind].append(milliseconds / 1000)
    return flow


def _tell(flow: Flow) -> None:
    response = flow.response()
    seconds = [deed.seconds(response) for deed in flow.deeds]
    by_name: dict[str, list[DeskAction]] = defaultdict(list)
    for deed in flow.deeds:
        by_name[deed.name].append(deed)
    table = Table("Việc", "Ô", "Phím (trung vị)", "Giây (trung vị)", title="Một ô ở bàn rà soát")
    for name, deeds in sorted(by_name.items(), key=lambda item: -len(item[1])):
        keys = statistics.median(deed.keys for deed in deeds)
        middle = statistics.median(deed.seconds(response) for deed in deeds)
        table.add_row(name, str(len(deeds)), f"{keys:g}", f"{middle:.2f}")
    table.add_row(SKIP.name, "–", str(SKIP.keys), f"{SKIP.seconds(response):.2f}")
    table.add_row("mọi ô", str(len(seconds)), "", f"{statistics.median(seconds):.2f}", style="bold")
    Console(width=100).print(table)
    report_figures(
        "desk-keys",
        {
            "fields": len(seconds),
            "median_seconds": round(statistics.median(seconds), 2),
            "mean_seconds": round(statistics.mean(seconds), 2),
            "done": {name: len(deeds) for name, deeds in by_name.items()},
            "next_ms": {kind: _percentiles(times) for kind, times in flow.answers.items()},
        },
    )


def _percentiles(seconds: Sequence[float]) -> Mapping[str, float]:
    """Number, median, 95th percentile and largest, in milliseconds."""
    ordered = sorted(1000 * second for second in seconds)
    middle, late = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95))
    return {"n": len(ordered), "p50": round(middle, 1), "p95": round(late, 1), "max": round(ordered[-1], 1)}


if __name__ == "__main__":
    main()
