"""The command ``hotich``."""

import sys

from pipeline.batch.worker_process import load_readers_ahead


def main() -> None:
    """Entry point of the ``hotich`` command. One that reads pages has its readers loaded while it loads itself."""
    if sys.argv[1:2] == ["run"]:
        load_readers_ahead()
    from pipeline.cli.app import app

    app()
