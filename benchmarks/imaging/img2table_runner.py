"""img2table over pictures, in a process that sees its own build of OpenCV.

Prints, as JSON, each picture's cells and the CPU seconds they took.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    from img2table.document import Image

    answers: list[dict[str, Any]] = []
    for path in sys.argv[1:]:
        started = time.process_time()
        tables = Image(src=path).extract_tables()
        seconds = time.process_time() - started
        boxes = [cell.bbox for table in tables for row in table.content.values() for cell in row]
        answers.append({"cells": [[b.x1, b.y1, b.x2, b.y2] for b in boxes], "seconds": seconds})
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
