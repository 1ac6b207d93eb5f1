"""Evaluation of a book's readings against its truth."""

from pipeline.training.evaluation.confidence import GroupFigures, figures_of
from pipeline.training.evaluation.evaluation import Evaluation, evaluate, pooled
from pipeline.training.evaluation.field_scores import FieldOutcome, Score, score_of
from pipeline.training.evaluation.text_alignment import (
    BookPrediction,
    PredictedEntry,
    PredictedValue,
    prediction_of,
)
from pipeline.training.evaluation.truth import BookTruth, TrueEntry, load_truth

__all__ = [
    "BookPrediction",
    "BookTruth",
    "Evaluation",
    "GroupFigures",
    "FieldOutcome",
    "PredictedEntry",
    "PredictedValue",
    "Score",
    "TrueEntry",
    "evaluate",
    "figures_of",
    "load_truth",
    "pooled",
    "prediction_of",
    "score_of",
]
