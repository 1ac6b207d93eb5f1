"""From what several witnesses say of one line to ranked readings with honest chances."""

from pipeline.decoding.date_agreement import Agreed, jointly
from pipeline.decoding.decoder import Decoded, decoded, decoded_by_kind
from pipeline.decoding.emission import DecodingOptions, Emission
from pipeline.decoding.field_priors import prior_for
from pipeline.decoding.language_model import Language, read_language
from pipeline.decoding.priors import Followed, Prior, continued, followed, free_prior
from pipeline.decoding.two_readings import dates_both_allow, margin

__all__ = [
    "Agreed",
    "Decoded",
    "DecodingOptions",
    "Emission",
    "Followed",
    "Language",
    "Prior",
    "continued",
    "dates_both_allow",
    "decoded",
    "decoded_by_kind",
    "followed",
    "free_prior",
    "jointly",
    "margin",
    "prior_for",
    "read_language",
]
