"""The sections of a report, a module a concern: ``Basis`` in, ``Section`` out."""
