"""Checks of the machine that ``hotich doctor`` shows: programs, models, registry, services, backups."""
