"""From the emissions of several networks for a line to ranked readings with calibrated probabilities."""

from pipeline.recognition.decoding.decoder import DecodedLine, decode_line, score_texts
from pipeline.recognition.decoding.emission import DecodingOptions, Emission
from pipeline.recognition.decoding.field_decoder import decode_field, shows_figures
from pipeline.recognition.decoding.field_priors import prior_for
from pipeline.recognition.decoding.language_model import Language, read_language
from pipeline.recognition.decoding.packed_emission import pack_emissions, unpack_emissions
from pipeline.recognition.decoding.priors import Prior, RightContextPrior, prior_after, prior_before

__all__ = [
    "DecodedLine",
    "DecodingOptions",
    "Emission",
    "RightContextPrior",
    "Language",
    "Prior",
    "prior_after",
    "decode_line",
    "decode_field",
    "shows_figures",
    "prior_before",
    "pack_emissions",
    "prior_for",
    "read_language",
    "score_texts",
    "unpack_emissions",
]
