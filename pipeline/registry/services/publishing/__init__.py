"""What other systems may read of the registry, and with which tokens."""
