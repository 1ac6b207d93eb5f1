"""What people and programs do with the registry: decisions over several repositories, a transaction a call."""
