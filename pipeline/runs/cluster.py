"""Reading of pages on many machines: a Dask cluster in place of the local worker pool.

An unusable cluster is refused with the reasons before it gets a page. Each worker of the cluster keeps a process that
reads pages, under the time and memory limits of a single machine: a page that hangs is lost, its worker is not. Dask
gives the pages of a lost worker to another worker; reading a page twice gives the same result, so no page is lost or
doubled. A task that the scheduler lost is submitted again after a silence longer than any page may take. Results return
to the process that leads the book; only it writes to the registry.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import pickle
import platform
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

from distributed import Client, Future, KilledWorker

import pipeline
from pipeline.base.errors import HotichError, ScanCrash, ScanError, SetupError
from pipeline.base.model import Ledger, PageResult
from pipeline.declarations.schema import Form
from pipeline.recognition.ocr import models
from pipeline.recognition.ocr.tesseract import tesseract_version
from pipeline.run_context import RunContext
from pipeline.runs.workers import BookJob, PageJob, Pool, WorkersLost, count_here, read_here
from pipeline.scans.intake import ScanFile
from pipeline.scans.workspace import Workspace

_logger = logging.getLogger(__name__)

TRIES = 2
"""Retries of a task whose worker could not go on; losses of whole workers are counted separately."""

WAIT_SECONDS = 60

NO_WORKER = (
    "Bộ điều phối Dask chưa có tiến trình nào. Hãy chạy “dask worker” trên các máy đọc (xem "
    "docs/how-to/use-a-cluster.md)."
)
SCHEDULER_GONE = (
    "Mất liên lạc với bộ điều phối Dask giữa chừng. Các trang đã đọc vẫn còn; "
    "hãy xem máy điều phối rồi chạy lại."
)

T = TypeVar("T")
Item = TypeVar("Item")


class ClusterWorkers:
    """The workers of a cluster for a book; a context manager.

    Leaving the context cancels the pages not begun.

    Args:
        client: A client of ``distributed``; several books may share one.
    """

    def __init__(self, client: Client, context: RunContext, form: Form, ledger: Ledger) -> None:
        self._client = client
        self._book = BookJob(form, ledger)
        self._token = hashlib.sha256(pickle.dumps(context)).hexdigest()
        self._run_context = context
        self._silence = 2 * context.page_seconds + WAIT_SECONDS
        self._waiting: dict[Future[Any], tuple[Any, Any]] = {}
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()
        self._send_context(f"hotich-context-{self._token}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.cancel(list(self._waiting))  # type: ignore[no-untyped-call]
        self._waiting.clear()

    def counted(self, scans: Iterable[ScanFile]) -> Iterator[tuple[ScanFile, int | ScanError]]:
        """Yield the page count of each scan as the answers arrive."""
        return self._answers(count_here, scans)

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        """Yield the result of each page as the answers arrive."""
        return self._answers(read_here, jobs)

    def _answers(
        self, work: Callable[[BookJob, Item], T | ScanError], items: Iterable[Item]
    ) -> Iterator[tuple[Item, T | ScanError]]:
        for item in items:
            self._submit(work, item)
        while self._waiting:
            try:
                future = self._done.get(timeout=self._silence)
                if future in self._waiting:
                    answer = self._answer(future)
                    _, item = self._waiting.pop(future)
                    yield item, answer
                    future.release()  # type: ignore[no-untyped-call]
            except (Empty, TimeoutError):
                self._submit_again()

    def _send_context(self, key: str) -> None:
        """Send the run context once to each worker that needs it, and again after its loss."""
        self._context = self._client.submit(_identity, self._run_context, key=key)

    def _submit(self, work: Callable[[BookJob, Any], Any], item: Any) -> None:
        future = self._client.submit(
            _on_worker, self._token, self._context, work, self._book, item, pure=False, retries=TRIES
        )
        self._waiting[future] = work, item
        future.add_done_callback(self._done.put)  # type: ignore[no-untyped-call]

    def _answer(self, future: Future[Any]) -> Any:
        """Return the answer of a finished task.

        Raises:
            TimeoutError: The worker that has the answer is lost and no other computes it.
            SetupError: The scheduler is gone.
        """
        try:
            return future.result(timeout=self._silence)
        except KilledWorker:
            _logger.warning("a page was lost with one worker of the cluster after the other")
            return ScanCrash(
                "Các máy đọc trang này lần lượt dừng đột ngột. Hãy xem tệp có hỏng không, hoặc quét lại trang này."
            )
        except CancelledError:
            raise SetupError(SCHEDULER_GONE) from None

    def _submit_again(self) -> None:
        """Submit everything that waits anew, in case the scheduler lost it.

        Raises:
            SetupError: The cluster has no worker, or its scheduler is gone.
        """
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
        except OSError:
            raise SetupError(SCHEDULER_GONE) from None
        if not workers:
            raise SetupError(NO_WORKER)
        _logger.warning("no answer of the cluster for %.0f s: pages are submitted again", self._silence)
        lost, self._waiting = self._waiting, {}
        self._client.cancel(list(lost))  # type: ignore[no-untyped-call]
        self._send_context(f"hotich-context-{self._token}-{secrets.token_hex(4)}")
        for work, item in lost.values():
            self._submit(work, item)


def _identity(context: RunContext) -> RunContext:
    return context


# --- in a process of the cluster ----------------------------------------------------------------------------------


class _PageProcess:
    """The page-reading process of this worker for a run context, identified by ``token``."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._pool: Pool | None = None
        self._token = ""

    def answer(
        self,
        token: str,
        context: RunContext,
        work: Callable[[BookJob, Item], T | ScanError],
        book: BookJob,
        item: Item,
    ) -> T | ScanError:
        with self._turn:
            if self._pool is None or self._token != token:
                self._drop()
                self._pool, self._token = Pool(context, 1), token
            try:
                ((_, answer),) = self._pool.answers(work, book, [item])
            except WorkersLost:
                self._drop()
                raise
            return answer

    def _drop(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool = None


_page_process = _PageProcess()


def _on_worker(
    token: str, context: RunContext, work: Callable[[BookJob, Item], T | ScanError], book: BookJob, item: Item
) -> T | ScanError:
    return _page_process.answer(token, context, work, book, item)


PACKAGES = (
    "cloudpickle", "dask", "distributed", "numpy", "onnxruntime", "opencv-python-headless", "pdf2image", "pebble",
    "pikepdf", "pillow", "prefect", "pytesseract", "rapidfuzz", "rapidocr",
)  # fmt: skip
"""Packages that affect readings or their transport; other versions could read differently."""


@dataclass(frozen=True)
class WorkerProbe:
    """The self-report of a cluster process.

    Attributes:
        versions: Versions of everything that affects readings.
        sees: Its content of the file that all workers must see.
        may_have_children: Whether it may start a page-reading process.
    """

    versions: Mapping[str, str]
    sees: str
    may_have_children: bool


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Yield a client of a scheduler (``tcp://host:8786``).

    Raises:
        SetupError: The scheduler does not answer.
    """
    try:
        client = Client(address, timeout=WAIT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError):
        raise SetupError(
            f"Không có bộ điều phối Dask nào trả lời ở {address}. Hãy chạy “dask scheduler” trên máy điều phối, "
            "kiểm tra địa chỉ và tường lửa, rồi chạy lại."
        ) from None
    with client:
        yield client


def require_cluster(client: Client, context: RunContext) -> int:
    """Check that all workers read pages as this process would; return their number.

    Raises:
        SetupError: Lists every reason why they cannot.
    """
    if not context.registry_url.startswith("postgresql"):
        raise SetupError(
            "Chạy trên nhiều máy cần sổ dữ liệu PostgreSQL, vì SQLite chỉ dùng được trên ổ đĩa của chính máy mình. Hãy "
            "đặt HOTICH_REGISTRY_URL (xem docs/how-to/use-postgresql.md)."
        )
    try:
        client.wait_for_workers(1, timeout=WAIT_SECONDS)
    except TimeoutError:
        raise SetupError(NO_WORKER) from None
    with _mark_in(Workspace(context.workspace)) as (mark, token):
        probes: dict[str, WorkerProbe] = client.run(probe_worker, context.workspace, mark)
    local = _versions()
    flaws = [flaw for address, probe in probes.items() for flaw in _flaws(address, probe, local, token)]
    threads: dict[str, dict[str, Any]] = client.scheduler_info(n_workers=-1)["workers"]
    flaws += [
        f"{address}: phải chạy với --nthreads 1 (đang là {worker['nthreads']})."
        for address, worker in threads.items()
        if worker["nthreads"] != 1
    ]
    if flaws:
        raise SetupError("Chưa chạy được trên cụm máy này:\n" + "\n".join(f"- {flaw}" for flaw in flaws))
    return len(probes)


def probe_worker(root: Path, mark: str) -> WorkerProbe:
    """Return the report of this process.

    Args:
        root: The workspace.
        mark: Name of a file in the workspace that all workers must see.
    """
    return WorkerProbe(
        _versions(), _seen(Workspace(root), mark), not multiprocessing.current_process().daemon
    )


def _flaws(address: str, probe: WorkerProbe, local: Mapping[str, str], token: str) -> Iterator[str]:
    differing = [
        f"{name} {probe.versions.get(name, 'không có')} (ở đây {wanted})"
        for name, wanted in local.items()
        if probe.versions.get(name) != wanted
    ]
    if differing:
        yield f"{address}: khác phiên bản: {', '.join(differing)}. Hãy cài cùng một bản hotich trên mọi máy."
    if probe.sees != token:
        yield (
            f"{address}: không thấy thư mục làm việc chung. Hãy gắn cùng một ổ mạng vào cùng một đường dẫn, hoặc "
            "đặt kho chung (store.toml)."
        )
    if not probe.may_have_children:
        yield f"{address}: hãy chạy với DASK_DISTRIBUTED__WORKER__DAEMON=False."


@contextmanager
def _mark_in(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield the name of a temporary file in the common store, and the token in it."""
    token = secrets.token_hex(16)
    name = f".cum-may-{token[:8]}"
    shared = workspace.shared
    if shared is not None:
        shared.write(name, token.encode())
        try:
            yield name, token
        finally:
            shared.remove(name)
        return
    mark = workspace.root / name
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        mark.write_text(token, encoding="ascii")
    except OSError:
        raise SetupError(f"Không ghi được vào thư mục làm việc {workspace.root}.") from None
    try:
        yield name, token
    finally:
        with suppress(OSError):
            mark.unlink()


def _seen(workspace: Workspace, name: str) -> str:
    """Return the content of a file as this process sees it; ``""`` if it does not see the file."""
    try:
        shared = workspace.shared
        content = (workspace.root / name).read_bytes() if shared is None else shared.read(name)
    except (OSError, HotichError):
        return ""
    return (content or b"").decode("ascii", "replace")


def _versions() -> dict[str, str]:
    """Return the versions of hotich, Python, Tesseract, the models and the packages."""
    versions = {"hotich": pipeline.__version__, "Python": platform.python_version()}
    with suppress(SetupError):
        versions["Tesseract"] = tesseract_version()
    with suppress(SetupError):
        versions |= {f"mô hình {card.name}": card.fingerprint for card in models.read_cards()}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions
