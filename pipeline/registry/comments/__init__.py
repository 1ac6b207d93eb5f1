"""Comments on review tasks."""
