"""The child process that opens a certificate file from outside: an order on standard input, a line of JSON back."""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
from datetime import UTC, datetime

from pipeline.base.child_processes import confine_this_process
from pipeline.base.errors import SetupError
from pipeline.delivery.signing.office_certificate import open_certificate, refuse_unusable

FILE, SECRET = "tệp đã gửi", "mật khẩu đã gõ"
MOST_MEMORY = 1 << 30


def main() -> None:
    """Answer with the SHA-256 of the certificate, or with the reason why it cannot sign."""
    order = json.load(sys.stdin.buffer)
    seconds = int(order["seconds"])
    confine_this_process(os.environ["TMPDIR"])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        office = open_certificate(
            base64.b64decode(order["file"]), str(order["password"]).encode(), FILE, SECRET
        )
        refuse_unusable(office.certificate, FILE, datetime.fromtimestamp(order["now"], UTC))
        answer = {"fingerprint": office.fingerprint}
    except SetupError as error:
        answer = {"refused": error.message}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
