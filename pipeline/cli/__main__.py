"""``python -m pipeline.cli`` is ``hotich``."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
