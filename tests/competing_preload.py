"""What the processes of ``tests.competing`` have loaded when they begin."""

from __future__ import annotations

from importlib import import_module

from tests import durability

for name in ("pipeline.registry", "pipeline.registry.desk"):
    import_module(name)
durability.leave_to_the_system()
