"""Signatures of an office by its certificate, and the signed list of a disk."""
