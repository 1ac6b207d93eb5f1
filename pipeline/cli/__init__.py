"""The command ``hotich``."""

import sys

from pipeline.base.errors import SecurityError
from pipeline.base.files import keep_files_private


def main() -> None:
    """Run the command ``hotich``. For ``hotich run``, the readers load in parallel with the program."""
    try:
        keep_files_private()
    except SecurityError as error:
        sys.stderr.write(f"Lỗi: {error.message}\n")
        sys.exit(error.exit_code)
    if sys.argv[1:2] == ["run"]:
        from pipeline.runs.worker_process import load_readers_ahead

        load_readers_ahead()
    from pipeline.cli.app import app

    app()
