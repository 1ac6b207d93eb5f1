"""Approvals of books before delivery, second signatures, and confirmed deliveries."""
