"""``python -m pipeline.cli`` is ``hotich``."""

from pipeline.cli.app import main

main()
