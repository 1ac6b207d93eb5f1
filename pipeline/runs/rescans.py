"""Rescanned pages of a ticket replace the old pages once they are read."""

from __future__ import annotations

import logging

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.registry import Registry

_logger = logging.getLogger(__name__)


def settle_tickets(registry: Registry, book_id: int) -> int:
    """Close the tickets of a book that its scans answer; return the number of closed tickets.

    If the pages cannot be matched, the ticket waits for a supervisor.
    """
    settled = 0
    for ticket_id, old, new in registry.answered_tickets(book_id):
        try:
            registry.settle_ticket(book_id, ticket_id, old, new)
        except RegistryUnavailable:
            raise
        except RegistryError as refused:
            _logger.warning("ticket %d is not answered by its scan: %s", ticket_id, refused.code)
        else:
            settled += 1
    return settled
