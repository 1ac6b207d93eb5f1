"""Books in, reports out: every page of a folder of scans is read and saved; one bad page costs nothing but itself.

Beside the runs: what the pages ask of Prefect, backups, webhooks.
"""
