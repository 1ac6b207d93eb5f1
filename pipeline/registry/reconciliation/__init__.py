"""What reconciliations found, kept until people have answered."""

from pipeline.registry.reconciliation.values import Answer, Asked, FoundDifference, Reconciliation

__all__ = ["Answer", "Asked", "FoundDifference", "Reconciliation"]
