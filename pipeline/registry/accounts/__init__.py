"""Who may come in, as what, and whose books they may see."""

from pipeline.registry.accounts.person import Person, Role

__all__ = ["Person", "Role"]
