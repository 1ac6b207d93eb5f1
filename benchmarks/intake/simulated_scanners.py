"""Simulated scanners: processes that deliver files as devices and file managers do, and note what they delivered."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

PAUSE_SECONDS = 2.5
"""How long a scanner stalls in the middle of a page: longer than the intake waits for stillness in the soak."""


@dataclass(frozen=True)
class Delivered:
    """What a scanner meant to deliver: the hash of the whole file, whether it is a sound scan, how it was written."""

    sha256: str
    sound: bool
    way: str


def deliver(inbox: Path, notes: Path, files: int, seed: int) -> None:
    """Deliver so many files to an inbox; what was delivered is noted, a line of JSON each."""
    chance = random.Random(seed)
    before: list[tuple[bytes, str]] = []
    with notes.open("w", encoding="utf-8") as note:
        for number in range(files):
            way = chance.choices(list(WAYS), [share for share, _ in WAYS.values()])[0]
            data, ending, sound = _content(way, chance, before)
            if sound:
                before.append((data, ending))
            WAYS[way][1](inbox / f"SCN_{number:04d}{ending}", data, chance)
            record = {"sha256": hashlib.sha256(data).hexdigest(), "sound": sound, "way": way}
            note.write(json.dumps(record) + "\n")
            note.flush()


def started(inboxes: list[Path], notes: list[Path], files: int) -> list[multiprocessing.process.BaseProcess]:
    """A process a scanner; together they deliver so many files."""
    context = multiprocessing.get_context("spawn")
    share = -(-files // len(inboxes))
    running: list[multiprocessing.process.BaseProcess] = []
    for number, (inbox, note) in enumerate(zip(inboxes, notes, strict=True)):
        count = min(share, files - number * share)
        running.append(context.Process(target=deliver, args=(inbox, note, count, number)))
        running[-1].start()
    return running


def delivered_files(notes: list[Path]) -> list[Delivered]:
    """All that was delivered."""
    lines = [line for note in notes for line in note.read_text(encoding="utf-8").splitlines()]
    return [Delivered(**json.loads(line)) for line in lines]


# --- what is in the files -----------------------------------------------------------------------------------------


def _content(way: str, chance: random.Random, before: list[tuple[bytes, str]]) -> tuple[bytes, str, bool]:
    """Bytes, ending, and whether they are a sound scan."""
    if way == "again" and before:
        return (*chance.choice(before), True)
    if way == "program":
        return b"MZ\x90\0" + chance.randbytes(3_000), ".pdf", False
    if way == "empty":
        return b"", ".tif", False
    data, ending = chance.choice((_jpeg, _pdf, _tiff))(chance)
    if way == "cut":
        return data[: len(data) // 2], ending, False
    return data, ending, True


def _picture(chance: random.Random) -> Image.Image:
    noise = np.random.default_rng(chance.getrandbits(32)).integers(0, 255, (20, 14, 3), np.uint8)
    return Image.fromarray(noise).resize((140, 200), Image.Resampling.BICUBIC)


def _jpeg(chance: random.Random) -> tuple[bytes, str]:
    file = io.BytesIO()
    _picture(chance).save(file, "JPEG", quality=90)
    return file.getvalue(), ".jpg"


def _tiff(chance: random.Random) -> tuple[bytes, str]:
    file = io.BytesIO()
    pages = [_picture(chance) for _ in range(chance.randint(1, 3))]
    pages[0].save(file, "TIFF", compression="tiff_lzw", save_all=True, append_images=pages[1:])
    return file.getvalue(), ".tif"


def _pdf(chance: random.Random) -> tuple[bytes, str]:
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(chance.randint(1, 3)):
            data, _ = _jpeg(chance)
            page = pdf.add_blank_page(page_size=(140, 200))
            picture = pikepdf.Stream(
                pdf, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=140, Height=200,
                ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
            page.obj.Contents = pikepdf.Stream(pdf, b"q 140 0 0 200 0 0 cm /Im0 Do Q")
        pdf.save(file)
    return file.getvalue(), ".pdf"


# --- how they are written -----------------------------------------------------------------------------------------


def _at_once(path: Path, data: bytes, chance: random.Random) -> None:
    path.write_bytes(data)
    time.sleep(chance.uniform(0.0, 0.1))


def _slowly(path: Path, data: bytes, chance: random.Random) -> None:
    """In pieces, as a feeder delivers pages."""
    pieces = chance.randint(3, 8)
    with path.open("wb", buffering=0) as file:
        for at in range(pieces):
            file.write(data[len(data) * at // pieces : len(data) * (at + 1) // pieces])
            time.sleep(chance.uniform(0.02, 0.15))


def _stalled(path: Path, data: bytes, _: random.Random) -> None:
    """With a pause in the middle that looks like the end."""
    with path.open("wb", buffering=0) as file:
        file.write(data[: len(data) // 2])
        time.sleep(PAUSE_SECONDS)
        file.write(data[len(data) // 2 :])


def _temporary(path: Path, data: bytes, chance: random.Random) -> None:
    """Under a temporary name first."""
    part = path.with_name(f"{path.name}.part")
    _slowly(part, data, chance)
    part.rename(path)


def _renamed(path: Path, data: bytes, chance: random.Random) -> None:
    """Renamed while it is written."""
    first = path.with_name(f"dang quet {path.name}")
    with first.open("wb", buffering=0) as file:
        file.write(data[: len(data) // 3])
        time.sleep(chance.uniform(0.05, 0.3))
        first.rename(path)
        file.write(data[len(data) // 3 :])


def _locked(path: Path, data: bytes, chance: random.Random) -> None:
    """Whole, but still locked by its writer for a while."""
    with path.open("wb", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(data)
        time.sleep(chance.uniform(0.5, PAUSE_SECONDS))


def _preallocated(path: Path, data: bytes, chance: random.Random) -> None:
    """At its full length from the start, as a file manager copies to a share: zeros, then the bytes."""
    with path.open("wb", buffering=0) as file:
        file.truncate(len(data))
        time.sleep(chance.uniform(0.05, 0.3))
        file.write(data)


WAYS: dict[str, tuple[float, Callable[[Path, bytes, random.Random], None]]] = {
    "at once": (34, _at_once),
    "slowly": (14, _slowly),
    "stalled": (2, _stalled),
    "temporary": (12, _temporary),
    "renamed": (12, _renamed),
    "locked": (3, _locked),
    "preallocated": (8, _preallocated),
    "again": (8, _at_once),
    "cut": (3, _at_once),
    "program": (2, _at_once),
    "empty": (2, _at_once),
}
"""How files come, with how often of a hundred."""
