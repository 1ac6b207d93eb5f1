"""What an office sets in ``office.toml``: each table a model that reads, checks, shows and documents its keys."""
