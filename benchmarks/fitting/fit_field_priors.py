"""Checks and seals the shares of values in fields, and measures how the ink is to be weighed against what is known.

    python -m benchmarks.fitting.fit_field_priors [--write] [--lines FOLDER …] [--example]

``ocr_models/field-priors/shares.toml`` is typed from public sources. ``--write`` puts its SHA-256 on its card after the
checks. ``--lines`` reads real lines of addresses and prints, for temperatures of the ink and exponents of the words'
probability, how many are right and how likely the truth is; and how far the truth lies behind the clearest ink where
that is wrong (``ALLOWED``). ``--example`` prints the worked example of ``docs/reference/priors.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import report_figures, say
from benchmarks.handwriting.real_lines import plain
from pipeline.declarations import schema
from pipeline.recognition.decoding import (
    DecodingOptions,
    Emission,
    Language,
    Prior,
    decode_line,
    prior_for,
    read_language,
    score_texts,
)
from pipeline.recognition.decoding.decoder import log_prior
from pipeline.recognition.decoding.field_shares import FILE, FieldShares, read_shares
from pipeline.recognition.decoding.priors import ALLOWED
from pipeline.recognition.decoding.word_prior import WordPrior
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import default_folder, load_network, read_card
from pipeline.training.dataset import RealLine, real_lines
from pipeline.values.kinds import Vocabulary

TEMPERATURES = (0.5, 0.65, 0.8, 1.0, 1.3)
EXPONENTS = (0.3, 0.45, 0.7, 1.0)
AT_ONCE = 48

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WeighedLine:
    """The texts that a line may have.

    Attributes:
        ink: The log probability of each text by the ink.
        known: By exponent the log prior of each text.
        right: Whether each text is the label, case and punctuation aside.
    """

    ink: Floats
    known: dict[float, Floats]
    right: NDArray[np.bool_]

    def posterior(self, temperature: float, exponent: float) -> Floats:
        score = temperature * self.ink + self.known[exponent]
        chances: Floats = np.exp(score - np.logaddexp.reduce(score))
        return chances

    def behind(self, temperature: float) -> float:
        """Return how far the truth lies behind the clearest ink; 0 where it is the clearest."""
        return float(temperature * (self.ink.max() - self.ink[self.right].max()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the SHA-256 of the shares on their card")
    parser.add_argument("--lines", type=Path, nargs="*", default=[], help="folders of real lines")
    parser.add_argument("--most", type=int, default=400, help="lines of a folder")
    parser.add_argument("--example", action="store_true")
    chosen = parser.parse_args()
    folder = default_folder() / "field-priors"
    flaws = flaws_of(read_shares(folder))
    for flaw in flaws:
        say(flaw)
    if chosen.write and not flaws:
        seal(folder)
    language = read_language(default_folder() / "vietnamese-text", folder)
    if chosen.example:
        print(example(language))
    figures = {lines.name: measured(lines, language, chosen.most) for lines in chosen.lines}
    report_figures("field-priors", {"flaws": len(flaws), **figures})


def flaws_of(shares: FieldShares) -> Sequence[str]:
    """Return what is wrong with the shares: names that no declaration knows, labels outside their list."""
    schemas = schema.load()
    asked = {spec.expects for record in schemas.records.values() for spec in record.fields if spec.expects}
    flaws = [f"không có tỷ lệ năm “{name}”" for name in sorted(asked - set(shares.years))]
    flaws += [f"không trường nào dùng “{name}”" for name in sorted(set(shares.years) - asked)]
    for (name, province), terms in shares.lists.items():
        known = set(Vocabulary.of(schemas.vocabs[name].terms).codes)
        flaws += [f"{name} {province}: không có “{label}”" for label in sorted(set(terms.by_label) - known)]
    return flaws


def seal(folder: Path) -> None:
    """Write the SHA-256 of the shares into their card."""
    card = folder / "model.toml"
    digest = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    text = re.sub(rf'\["{FILE}", "\w+"\]', f'["{FILE}", "{digest}"]', card.read_text(encoding="utf-8"))
    card.write_text(text, encoding="utf-8")


def measured(folder: Path, language: Language, most: int) -> dict[str, object]:
    """Return by temperature and exponent the share of right lines and the mean log probability of the truth."""
    lines = real_lines(folder)
    weighed = weighed_lines(lines[:: max(1, len(lines) // most)], language)
    rows = {}
    for exponent in EXPONENTS:
        for temperature in TEMPERATURES:
            chances = [line.posterior(temperature, exponent) for line in weighed]
            pairs = list(zip(chances, weighed, strict=True))
            right = np.mean([line.right[chance.argmax()] for chance, line in pairs])
            truth = np.mean([np.log(max(chance[line.right].sum(), 1e-4)) for chance, line in pairs])
            rows[f"{temperature}, {exponent}"] = (round(float(right), 4), round(float(truth), 3))
    wrong = [line for line in weighed if line.right.any() and not line.right[line.ink.argmax()]]
    behind = [line.behind(DecodingOptions().sharpness) for line in wrong]
    near = float(np.mean([distance <= ALLOWED for distance in behind])) if behind else None
    return {"lines": len(weighed), "right and log truth": rows, "wrong": len(wrong), "within ALLOWED": near}


def weighed_lines(lines: Sequence[RealLine], language: Language) -> list[WeighedLine]:
    networks = tuple(load_network(read_card(name)) for name in ("hand-a", "hand-b"))
    reader = HandwritingReader(networks)
    prior = prior_for("place", "", (), language)
    assert isinstance(prior, WordPrior)
    by_exponent = {exponent: replace(prior, weight=exponent, _cache={}) for exponent in EXPONENTS}
    weighed = []
    for start in range(0, len(lines), AT_ONCE):
        say(f"dòng {start}/{len(lines)}")
        some = lines[start : start + AT_ONCE]
        for line, emissions in zip(some, reader.emissions([line.grey() for line in some]), strict=True):
            if emissions:
                weighed.append(_weighed(line, emissions, prior, by_exponent))
    return weighed


def _weighed(
    line: RealLine, emissions: Sequence[Emission], prior: Prior, by_exponent: dict[float, WordPrior]
) -> WeighedLine:
    options = [replace(DecodingOptions(), sharpness=sharpness, hypotheses=24) for sharpness in (0.4, 0.8)]
    ways = [decode_line(emissions, prior, each) for each in options] + [
        decode_line(emissions, Prior(), options[1])
    ]
    texts = list(dict.fromkeys(hypothesis.text for way in ways for hypothesis in way.hypotheses))
    return WeighedLine(
        np.array(score_texts(emissions, texts)),
        {
            exponent: np.array([log_prior(each, text) for text in texts])
            for exponent, each in by_exponent.items()
        },
        np.array([plain(text) == plain(line.text) for text in texts]),
    )


_YEARS_OF_BRIDE = (("mực nói 1878, mờ ở chữ số thứ hai", 4.0), ("mực nói 1878 rất rõ", 12.0))


def example(language: Language) -> str:
    """Return the worked example: a bride's year in a book of 2011, with faint and with clear ink."""
    prior = prior_for("date", "", (), language, year=2011, expects="bride")
    rows = ["| mực | cách đọc | log mực × 0,8 | log P | đọc thành | xác suất |", "|---|---|---|---|---|---|"]
    for seen, apart in _YEARS_OF_BRIDE:
        decoded = decode_line([_emission("2/9/1878", 5, "9", apart)], prior)
        chances = {hypothesis.text: hypothesis.chance for hypothesis in decoded.hypotheses}
        for text, ink in (("2/9/1878", 0.0), ("2/9/1978", -0.8 * apart)):
            chosen = "**có**" if text == decoded.hypotheses[0].text else ""
            known, chance = prior.whole(text), chances.get(text, 0.0)
            rows.append(
                f"| {seen} | {text} | {ink:.1f} | {known:.1f} | {chosen} | {chance:.3f} |".replace(".", ",")
            )
    return "\n".join(rows)


def _emission(text: str, place: int, rival: str, apart: float) -> Emission:
    """Return the emission of a text in which one letter is ``apart`` nats likelier than its rival."""
    letters = "".join(sorted({*"0123456789/.-", *text}))
    chances = np.full((2 * len(text), 1 + len(letters)), 1e-8)
    chances[:, 0] = 1.0
    for number, letter in enumerate(text):
        chances[2 * number, 0] = 1e-6
        chances[2 * number, 1 + letters.index(letter)] = 1.0
    chances[2 * place, 1 + letters.index(rival)] = np.exp(-apart)
    chances /= chances.sum(axis=1, keepdims=True)
    return Emission(np.log(chances).astype(np.float32), letters)


if __name__ == "__main__":
    main()
