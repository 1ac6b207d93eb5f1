from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.base.model import Box, PageImage, PageRef
from pipeline.registry import Rectification
from pipeline.scans.intake import ScanFile, ScanLimits, page_of
from pipeline.scans.workspace import Workspace
from pipeline.web.picture_cache import PictureCache
from pipeline.web.pictures import EncodedPicture, PageSource, PictureOptions, Pictures

INK = Box(100, 60, 140, 80)


class Decoder:
    """Decodes in this process and counts; ``gate`` holds it up until it is opened."""

    def __init__(self) -> None:
        self.calls = 0
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, scan: ScanFile, page_no: int, limits: ScanLimits) -> PageImage:
        self.calls += 1
        assert self.gate.wait(60)
        return page_of(scan, page_no, limits)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


@pytest.fixture
def ref(workspace: Workspace, tmp_path: Path) -> PageRef:
    """A page with one dark blot in ``INK``."""
    pixels = np.full((300, 400, 3), 250, np.uint8)
    pixels[60:80, 100:140] = 20
    path = tmp_path / "scan.png"
    Image.fromarray(pixels).save(path)
    return PageRef(workspace.store(path).sha256, 1)


@pytest.fixture
def decoder() -> Decoder:
    return Decoder()


@pytest.fixture
def pictures(workspace: Workspace, decoder: Decoder) -> Iterator[Pictures]:
    with Pictures(workspace, decode=decoder) as opened:
        yield opened


def straight(
    ref: PageRef, *rows: tuple[float, float, float], size: tuple[int, int] = (400, 300)
) -> PageSource:
    return PageSource(ref, Rectification(np.array(rows or np.eye(3)), size))


def pixels_of(picture: EncodedPicture) -> np.ndarray:
    assert picture.found
    assert picture.media_type == "image/jpeg"
    return np.asarray(Image.open(io.BytesIO(picture.content)).convert("L"))


def test_a_snippet_shows_the_ink_of_its_box_twice_as_large_with_a_margin(
    pictures: Pictures, ref: PageRef
) -> None:
    found = pixels_of(pictures.snippet(straight(ref), INK))
    assert found.shape == (2 * (20 + 32), 2 * (40 + 32))
    assert found[40:60, 40:100].max() < 80
    assert found[:20].min() > 200


def test_a_snippet_is_as_large_as_was_told(pictures: Pictures, ref: PageRef) -> None:
    for box in (INK, Box(0, 0, 400, 300), Box(390, 290, 500, 500), Box(5, 5, 5, 5)):
        found = pixels_of(pictures.snippet(straight(ref), box))
        assert found.shape[::-1] == pictures.snippet_frame(straight(ref), box).size


def test_the_box_is_one_of_the_straight_page(pictures: Pictures, ref: PageRef) -> None:
    turned = straight(ref, (-1, 0, 399), (0, -1, 299), (0, 0, 1))
    found = pixels_of(pictures.snippet(turned, Box(260, 220, 300, 240)))
    assert found[40:60, 40:100].max() < 80


def test_a_page_is_shown_straight_and_no_larger_than_allowed(workspace: Workspace, ref: PageRef) -> None:
    half = straight(ref, (0.5, 0, 0), (0, 0.5, 0), (0, 0, 1), size=(200, 150))
    with Pictures(workspace) as pictures:
        assert pixels_of(pictures.page(half)).shape == (150, 200)
    with Pictures(workspace, options=PictureOptions(page_side=100)) as pictures:
        assert max(pixels_of(pictures.page(straight(ref))).shape) == 100


def test_a_page_that_was_never_set_straight_is_shown_as_it_was_scanned(
    pictures: Pictures, ref: PageRef
) -> None:
    found = pixels_of(pictures.page(PageSource(ref, None)))
    assert found.shape == (300, 400)
    assert found[62:78, 102:138].max() < 60


def test_a_picture_is_kept_and_made_anew_when_the_page_is_set_straight_otherwise(
    workspace: Workspace, decoder: Decoder, ref: PageRef
) -> None:
    for _ in range(2):
        with Pictures(workspace, decode=decoder) as pictures:
            pictures.snippet(straight(ref), INK)
    assert decoder.calls == 1
    with Pictures(workspace, decode=decoder) as pictures:
        pictures.snippet(straight(ref, (1, 0, 3), (0, 1, 0), (0, 0, 1)), INK)
    assert decoder.calls == 2


def test_what_was_made_ahead_is_there(pictures: Pictures, decoder: Decoder, ref: PageRef) -> None:
    pictures.make_ahead(straight(ref), [INK])
    pictures.close()
    assert decoder.calls == 1
    assert pictures.page(straight(ref)).found
    assert pictures.snippet(straight(ref), INK).found
    assert decoder.calls == 1


def test_several_who_ask_at_once_have_the_page_decoded_once(
    pictures: Pictures, decoder: Decoder, ref: PageRef
) -> None:
    decoder.gate.clear()
    with ThreadPoolExecutor(6) as people:
        asked = [people.submit(pictures.snippet, straight(ref), Box(n, n, n + 30, n + 20)) for n in range(6)]
        decoder.gate.set()
        assert all(one.result().found for one in asked)
    assert decoder.calls == 1


def test_a_scan_that_is_gone_gives_a_picture_that_says_so_and_comes_back_with_the_scan(
    pictures: Pictures, workspace: Workspace, ref: PageRef
) -> None:
    stored = workspace.stored(ref.scan_sha256)
    assert stored is not None
    away = stored.with_name("away")
    stored.rename(away)
    picture = pictures.page(straight(ref))
    assert not picture.found
    assert picture.media_type == "image/svg+xml"
    assert "Không tìm thấy bản quét" in picture.content.decode()
    away.rename(stored)
    assert pictures.page(straight(ref)).found


def test_a_broken_scan_gives_a_picture_that_says_so(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    ref = PageRef(workspace.store(path).sha256, 1)
    with Pictures(workspace) as pictures:
        pictures.make_ahead(straight(ref), [INK])
        picture = pictures.snippet(straight(ref), INK)
    assert not picture.found
    assert "bị hỏng" in picture.content.decode()


def exchange(workspace: Workspace, ref: PageRef, tmp_path: Path) -> None:
    """Put another sound page in the place of a scan in the store."""
    stored = workspace.stored(ref.scan_sha256)
    assert stored is not None
    other = tmp_path / "other.png"
    Image.fromarray(np.full((300, 400, 3), 40, np.uint8)).save(other)
    stored.chmod(0o644)
    stored.write_bytes(other.read_bytes())


def test_a_scan_that_was_exchanged_in_the_store_is_never_shown(
    workspace: Workspace, ref: PageRef, tmp_path: Path
) -> None:
    exchange(workspace, ref, tmp_path)
    with Pictures(workspace) as pictures:
        for picture in (pictures.page(straight(ref)), pictures.snippet(straight(ref), INK)):
            assert not picture.found
            assert "không còn đúng như khi nhận" in picture.content.decode()


def test_a_picture_that_was_exchanged_in_the_cache_is_made_anew(
    workspace: Workspace, decoder: Decoder, ref: PageRef
) -> None:
    with Pictures(workspace, decode=decoder) as pictures:
        true_one = pictures.page(straight(ref)).content
        pictures.snippet(straight(ref), INK)
        first, second = sorted((workspace.pages / "review").glob("*/*.jpg"))
        one, other = first.read_bytes(), second.read_bytes()
        first.write_bytes(other)
        second.write_bytes(one)
        assert pictures.page(straight(ref)).content == true_one
        first.write_bytes(one[:-40] + bytes(40))
        second.write_bytes(other[:-1])
        assert pictures.page(straight(ref)).content == true_one


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "a" * 63, "A" * 64, "*" * 64])
def test_only_a_content_hash_names_a_scan(pictures: Pictures, sha256: str) -> None:
    assert not pictures.page(straight(PageRef(sha256, 1))).found


def test_the_store_stays_within_its_bound_and_drops_what_was_not_asked_for_longest(tmp_path: Path) -> None:
    store = PictureCache(tmp_path, max_bytes=1000)
    content = bytes(98) + b"\xff\xd9"
    for number in range(30):
        store.put(f"{number:04}", content)
        assert store.get("0000") is not None
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 1000
    assert store.get("0001") is None
    assert store.get("0029") == content


def test_a_picture_that_was_cut_off_is_not_taken(tmp_path: Path) -> None:
    store = PictureCache(tmp_path)
    store.put("0001", b"a picture")
    (path,) = tmp_path.glob("*/*")
    assert store.get("0001") == b"a picture"
    path.write_bytes(path.read_bytes()[:-1])
    assert store.get("0001") is None


def test_a_store_that_cannot_be_written_costs_no_picture(workspace: Workspace, ref: PageRef) -> None:
    workspace.root.mkdir(exist_ok=True)
    workspace.pages.write_text("not a folder")
    with Pictures(workspace) as pictures:
        assert pictures.page(straight(ref)).found
