"""``python -m flows FOLDER [--workspace DIR] [--workers N]``: the nightly run once, now, with a temporary server.

For a schedule use the deployment in ``prefect.yaml``.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from flows import close_temporary_server
from pipeline.base.errors import HotichError
from pipeline.cli.screen import track_books
from pipeline.runs.book_reading import book_folders
from pipeline.settings import read_settings


def main() -> int:
    """Return the exit code: that of the error, or 0 after a complete run, in which single pages may fail."""
    parser = argparse.ArgumentParser(prog="python -m flows", description="Chạy ngay một lượt đọc sổ ban đêm.")
    parser.add_argument("folder", help="thư mục chứa các sổ")
    parser.add_argument("--workspace", help="thư mục làm việc (kho bản quét và sổ đăng ký điện tử)")
    parser.add_argument("--workers", type=int, help="số tiến trình, mặc định bằng số nhân máy")
    chosen = parser.parse_args()
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")  # before Prefect is imported
    try:
        book_folders(Path(chosen.folder))  # refuses a wrong folder before a server is started
        workspace, _ = read_settings().places_of(Path(chosen.workspace) if chosen.workspace else None)
        close_temporary_server(workspace)
        from flows.nightly import WATCHER, nightly
        from flows.summary import overview

        with track_books("trang") as watch:
            WATCHER.set(watch)
            summaries = nightly(chosen.folder, chosen.workspace, chosen.workers)
    except HotichError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code
    print(overview(summaries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
