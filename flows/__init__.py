"""Prefect lives here, and nothing but Prefect. It is set to stay offline before it is first imported.

Every setting here is only a default: an environment variable of the same name wins.
"""

import os

from pipeline.logs import configure_logs
from pipeline.settings import read_log_options

OFFLINE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
}
"""No telemetry from server, client or web page; a slow machine gets time to start its temporary server."""

for name, value in OFFLINE.items():
    os.environ.setdefault(name, value)

configure_logs(read_log_options())  # a flow starts wherever Prefect imports it
