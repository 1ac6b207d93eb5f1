"""From what several witnesses say of one line to ranked readings with honest chances."""

from pipeline.decoding.agreement import Agreed, jointly
from pipeline.decoding.decoder import Decoded, decoded
from pipeline.decoding.emission import Emission
from pipeline.decoding.field_priors import prior_for
from pipeline.decoding.gaps import decoded_by_kind
from pipeline.decoding.language import Language, read_language
from pipeline.decoding.options import DecodingOptions
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
