"""All use of Prefect is in this package; Prefect is set to be offline and closed before its first import.

Staying offline is a default: an environment variable of the same name wins.
"""

import os
from pathlib import Path

from pipeline.base.files import keep_files_private
from pipeline.base.logs import configure_logs
from pipeline.runs.prefect_access import CLIENT_SECRET, closed_server, known_prefect_secret, prefect_secret
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_log_options, read_settings

OFFLINE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
}
"""No telemetry from server, client or web page; a slow machine gets time to start its temporary server."""

TEMPORARY_ADDRESS = "http://127.0.0.1:0/api"
"""Placeholder address of a temporary server, whose port is not known in advance; it has no web page."""


def use_known_secret() -> None:
    """Give Prefect's client the secret of this process's workspace, unless it has another.

    Raises:
        SecurityError: Others may read the secret.
        StorageError: The secret cannot be read.
    """
    if not os.environ.get(CLIENT_SECRET):
        known = known_prefect_secret(Workspace(read_settings().workspace.expanduser().resolve()).prefect_key)
        if known is not None:
            os.environ[CLIENT_SECRET] = known


def close_temporary_server(workspace: Path) -> None:
    """Close the temporary server of this process to others; must be called before Prefect is imported.

    Args:
        workspace: The folder of the secret that server and client share; a missing secret is made.

    Raises:
        SecurityError: Others may read the secret.
        StorageError: The secret cannot be read or written.
    """
    secret = os.environ.get(CLIENT_SECRET) or prefect_secret(Workspace(workspace).prefect_key)
    os.environ.update(closed_server(secret, TEMPORARY_ADDRESS))


for name, value in OFFLINE.items():
    os.environ.setdefault(name, value)

keep_files_private()  # a flow starts wherever Prefect imports it
configure_logs(read_log_options())
use_known_secret()
