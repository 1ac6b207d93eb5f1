"""The registry: databases, the audit, the checks of books over a million entries."""
