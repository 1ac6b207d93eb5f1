"""Questions of the desk's pages to Prefect's server: whether a worker runs, starting a book, progress.

Prefect stays the engine, and its own page stays closed to the staff: they see books and sentences. This module does not
import Prefect; it asks the server over HTTP with the secret of the workspace, and only a server of this account.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from pipeline.base.errors import HotichError
from pipeline.runs.prefect_access import basic_authorization, server_access

POOL = "hotich"
NIGHT, BOOK = "nightly", "book"
"""Flows and deployments in ``prefect.yaml``; a deployment has the name of its flow."""

NIGHT_TABLE = "nightly-books"
"""Key of the artifact with the books of the last night."""

ASK_SECONDS = 10.0
PROVEN_SECONDS = 60.0
"""Seconds for which a verified server is trusted."""
MOST_BYTES = 16_000_000

AT_WORK = frozenset({"RUNNING", "CANCELLING"})
WAITING = frozenset({"SCHEDULED", "PENDING", "PAUSED"})


class RunRefused(HotichError):
    """A run cannot be started or queried; the message names what is missing and who can help."""

    code = "run"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class EngineState:
    """Whether books can be read now.

    Attributes:
        problem: What is missing, in Vietnamese; ``""``: nothing.
        next_night: Start of the next night; ``None``: none is planned.
    """

    problem: str = ""
    next_night: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunState:
    """A requested run.

    Attributes:
        run_id: Id in Prefect.
        flow: ``nightly`` or ``book``.
        state: Prefect's kind of state (``RUNNING``).
        wanted_at: Planned start.
        begun_at: Start; ``None`` before.
        ended_at: End; ``None`` before.
    """

    run_id: str
    flow: str
    folder: str
    state: str
    wanted_at: datetime | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def has_failed(self) -> bool:
        return not (self.is_at_work or self.is_waiting or self.state == "COMPLETED")


@dataclass(frozen=True, slots=True)
class NightResult:
    """The result of the last night: time, and a row of counts and failures for each book."""

    at: datetime
    books: tuple[Mapping[str, Any], ...]


NOT_STARTED = (
    "Máy chủ này chỉ mở màn hình làm việc, chưa mở phần chạy việc, nên chưa đọc được sổ nào. Hãy nhờ người quản trị "
    "máy khởi động bằng “hotich server”."
)
NO_ANSWER = (
    "Phần chạy việc không trả lời, nên chưa đọc được sổ nào. Bản quét gửi lên vẫn được nhận. Hãy nhờ người quản trị "
    "máy khởi động lại “hotich server”."
)
FOREIGN = (
    "Chương trình trả lời ở cổng của phần chạy việc không phải của tài khoản này. Hãy báo người quản trị máy "
    "(hotich doctor)."
)
NO_WORKER = (
    "Không có tiến trình chạy việc nào đang mở, nên sổ được yêu cầu sẽ nằm chờ. Hãy nhờ người quản trị máy khởi động "
    "lại “hotich server”."
)
ASKED_ALREADY = "Việc này đã được yêu cầu và đang chờ tới lượt; máy đọc cả các bản quét gửi thêm từ đó."
NOT_DEPLOYED = (
    "Lịch chạy chưa được đặt lại sau khi nâng cấp chương trình. Hãy nhờ người quản trị máy khởi động lại "
    "“hotich server”."
)


class PrefectRuns:
    """Queries the Prefect server of a workspace.

    Args:
        place: Returns address and secret of the server; ``""`` for a missing part.
        clock: Monotonic seconds.
    """

    def __init__(
        self, place: Callable[[], tuple[str, str]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._place, self._clock = place, clock
        self._lock = threading.Lock()
        self._proven: tuple[tuple[str, str], float] | None = None
        self._client = secrets.token_hex(16)
        self._token = ""

    def engine(self) -> EngineState:
        """Return whether books can be read now."""
        try:
            night = self._deployment(NIGHT)
            self._deployment(BOOK)
            workers = self._post(f"/work_pools/{POOL}/workers/filter", {})
        except RunRefused as error:
            return EngineState(error.message)
        problem = "" if any(worker.get("status") == "ONLINE" for worker in workers) else NO_WORKER
        planned = self._runs(
            {night["id"]: NIGHT}, "EXPECTED_START_TIME_ASC", 1, {"state": {"type": {"any_": ["SCHEDULED"]}}}
        )
        return EngineState(problem, planned[0].wanted_at if planned else None)

    def recent(self, limit: int = 30) -> tuple[RunState, ...]:
        """Return the begun and requested runs, the latest first, without planned runs.

        Raises:
            RunRefused: The server cannot be queried.
        """
        ids = {self._deployment(name)["id"]: name for name in (BOOK, NIGHT)}
        # a schedule plans nights days ahead; a person's request is due at once
        return self._runs(
            ids, "EXPECTED_START_TIME_DESC", limit, {"expected_start_time": {"before_": _soon()}}
        )

    def start_book(self, folder: Path) -> str:
        """Start the reading of a book; return the id of the run.

        Raises:
            RunRefused: The server cannot be queried, or no worker would read it.
        """
        return self._start(BOOK, {"folder": str(folder)})

    def start_night(self) -> str:
        """Start the nightly reading of all books; return the id of the run.

        Raises:
            RunRefused: As in ``start_book``.
        """
        return self._start(NIGHT, {})

    def last_night(self) -> NightResult | None:
        """Return the result of the last night; ``None`` if there was none.

        Raises:
            RunRefused: The server cannot be queried.
        """
        artifact = self._ask("GET", f"/artifacts/{NIGHT_TABLE}/latest")
        if artifact is None:
            return None
        data = artifact.get("data")
        rows = json.loads(data) if isinstance(data, str) else data
        at = _moment(artifact.get("updated") or artifact.get("created"))
        if not isinstance(rows, list) or at is None:
            return None
        return NightResult(at, tuple(row for row in rows if isinstance(row, dict)))

    # --- behind it ------------------------------------------------------------------------------------------------

    def _start(self, name: str, parameters: Mapping[str, str]) -> str:
        state = self.engine()
        if state.problem:
            raise RunRefused(state.problem)
        folder = parameters.get("folder")
        for run in self.recent():
            if (run.flow, run.state) == (name, "SCHEDULED") and folder in (None, run.folder):
                raise RunRefused(ASKED_ALREADY)
        deployment = self._deployment(name)
        wanted = {"parameters": {**deployment["parameters"], **parameters}, "tags": ["desk"]}
        return str(self._post(f"/deployments/{deployment['id']}/create_flow_run", wanted)["id"])

    def _deployment(self, name: str) -> Mapping[str, Any]:
        deployment = self._ask("GET", f"/deployments/name/{quote(name)}/{quote(name)}")
        if deployment is None:
            raise RunRefused(NOT_DEPLOYED)
        return dict(deployment)

    def _runs(
        self, deployments: Mapping[str, str], sort: str, limit: int, condition: Mapping[str, Any]
    ) -> tuple[RunState, ...]:
        """Return the runs of deployments (id to name) under a condition."""
        wanted = {"deployments": {"id": {"any_": list(deployments)}}, "flow_runs": condition}
        rows = self._post("/flow_runs/filter", {**wanted, "sort": sort, "limit": limit})
        return tuple(
            RunState(
                str(row["id"]),
                deployments.get(str(row["deployment_id"]), ""),
                str((row.get("parameters") or {}).get("folder", "")),
                str(row.get("state_type") or ""),
                _moment(row.get("expected_start_time")),
                _moment(row.get("start_time")),
                _moment(row.get("end_time")),
            )
            for row in rows
        )

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send a request; return ``None`` for a ``GET`` of something unknown.

        Raises:
            RunRefused: The server is missing, foreign, or refuses.
        """
        address, secret = self._proven_place()
        status, answer = self._sent(address, secret, method, path, body)
        if status == 403 and method != "GET":  # the token belongs to an earlier server process
            self._token = ""
            status, answer = self._sent(address, secret, method, path, body)
        if status == 404 and method == "GET":
            return None
        if not 200 <= status < 300:
            raise RunRefused(NO_ANSWER)
        return answer

    def _proven_place(self) -> tuple[str, str]:
        place = self._place()
        if not all(place):
            raise RunRefused(NOT_STARTED)
        with self._lock:
            if self._proven is not None and self._proven[0] == place and self._clock() < self._proven[1]:
                return place
        access = server_access(*place)
        if access is None:
            raise RunRefused(NO_ANSWER)
        if access.is_foreign or not access.knows_secret:
            raise RunRefused(FOREIGN)
        with self._lock:
            self._proven = place, self._clock() + PROVEN_SECONDS
        return place

    def _sent(
        self, address: str, secret: str, method: str, path: str, body: Mapping[str, Any] | None
    ) -> tuple[int, Any]:
        headers = {"Authorization": basic_authorization(secret), "Content-Type": "application/json"}
        if method != "GET":
            if not self._token:
                _, answer = _answered(Request(f"{address}/csrf-token?client={self._client}", headers=headers))
                self._token = str(answer.get("token", "")) if isinstance(answer, dict) else ""
            headers |= {"Prefect-Csrf-Client": self._client, "Prefect-Csrf-Token": self._token}
        data = None if body is None else json.dumps(body).encode()
        return _answered(Request(f"{address}{path}", data, headers, method=method))


def _answered(request: Request) -> tuple[int, Any]:
    """Return status and JSON of the answer; status 0 without an answer."""
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=ASK_SECONDS) as answer:
            return answer.status, json.loads(answer.read(MOST_BYTES) or b"null")
    except HTTPError as refused:
        with refused:
            return refused.code, None
    except (URLError, OSError, ValueError):
        return 0, None


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _soon() -> str:
    """Return the time in a minute: later runs are planned, not requested."""
    return datetime.fromtimestamp(time.time() + 60).astimezone().isoformat()


def no_place() -> tuple[str, str]:
    """Return the place of a missing server."""
    return "", ""


NO_RUNS = PrefectRuns(no_place)
"""For an application that starts no runs."""
