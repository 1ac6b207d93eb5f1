"""The audit as people read it: verified, sealed, looked through."""
