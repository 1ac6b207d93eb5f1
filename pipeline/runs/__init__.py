"""Runs over books: every page of a folder of scans is read and saved; a bad page stops no other page.

Also access to Prefect's server, backups, webhooks.
"""
