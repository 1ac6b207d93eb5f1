"""Versions of the office's reader: one is in use, none is lost, and two people cannot decide at the same time."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.base.errors import SetupError
from pipeline.base.files import sha256_of_file
from pipeline.digitize.engines import default_engines
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import default_folder
from pipeline.registry import Registry
from pipeline.registry.audit.recorded_files import FILE
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.training.office_reader.versions import (
    IN_USE,
    PROMOTED,
    SHIPPED,
    ReaderVersions,
    StaleProposal,
    VersionState,
)
from tests.fake_audit import FakeAudit


def made(versions: ReaderVersions, *, passed: bool = True) -> int:
    """A version with a network that went on from hand-b, as the gate leaves it."""
    folder = versions.next_folder()
    model = folder / f"hand-b-{folder.name}"
    model.mkdir(parents=True)
    parent = default_folder() / "hand-b"
    shutil.copy(parent / "model.onnx", model / "model.onnx")
    card = (parent / "model.toml").read_text(encoding="utf-8").partition("[[history]]")[0]
    card = card.replace('name = "hand-b"', f'name = "{model.name}"')
    history = (
        f'[[history]]\nwhat = "x"\ndata = ["x"]\nfrom_sha256 = "{sha256_of_file(parent / "model.onnx")}"\n'
    )
    lines = [line for line in card.splitlines() if not line.startswith("fingerprint")]
    (model / "model.toml").write_text("\n".join([*lines, history]), encoding="utf-8")
    return versions.propose(folder, {}, passed=passed, lines=7, before=versions.in_use).number


@dataclass
class NotedVersions:
    """Versions with an audit; the registry of a workspace where there is one."""

    versions: ReaderVersions
    audit: FakeAudit

    @classmethod
    def at(cls, folder: Path) -> NotedVersions:
        audit = FakeAudit()
        return cls(ReaderVersions(folder, audit), audit)

    def promote(self, number: int, in_use: int = SHIPPED) -> None:
        def note(_before: int, digest: str) -> None:
            self.audit.note(f"reader:{number}", PROMOTED)(digest)

        self.versions.promote(number, in_use=in_use, note=note)


def promoted(workspace: Path, number: int, in_use: int = SHIPPED) -> None:
    """Promote a version as the desk does, with the registry of the workspace."""
    place = Workspace(workspace)
    with Registry.open(place.registry_url, audit_key=place.audit_key) as registry:
        ReaderVersions(place.models).promote(
            number,
            in_use=in_use,
            note=lambda before, digest: registry.note_learning(
                "an", PROMOTED, f"reader:{number}", {"before": before, FILE: digest}
            ),
        )


def test_a_version_reads_only_with_the_files_that_the_audit_holds(tmp_path: Path) -> None:
    """Whoever writes into the workspace writes the pointer, cards, weights and calibration."""
    noted = NotedVersions.at(tmp_path)
    versions, number = noted.versions, made(noted.versions)
    versions.promote(number, in_use=SHIPPED)
    assert versions.networks_in_use() is None, "nobody is on record"
    assert versions.roll_back(SHIPPED) == SHIPPED
    with pytest.raises(SetupError, match="nhật ký"):
        versions.roll_back(number)
    other = made(versions)
    noted.promote(other)
    folder = tmp_path / f"{other:04d}"
    assert versions.networks_in_use() == folder
    card = next(folder.glob("*/model.toml"))
    for path in (
        card,
        card.with_name("model.onnx"),
        folder / "calibration.toml",
        folder / "x" / "model.toml",
    ):
        before = path.read_bytes() if path.exists() else None
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((before or b"") + b"\n")
        assert versions.networks_in_use() is None, path
        path.unlink() if before is None else path.write_bytes(before)
    assert versions.networks_in_use() == folder


def test_a_promoted_version_reads_in_place_of_what_it_went_on_from_and_is_named(tmp_path: Path) -> None:
    versions = ReaderVersions(tmp_path / "models")
    settings = Settings(workspace=tmp_path)
    before = settings.run_context().make_engines().hand_fingerprint
    number = made(versions)
    assert settings.run_context().make_engines().hand_fingerprint == before, "a proposal reads nothing"
    promoted(tmp_path, number)
    hand = settings.run_context().make_engines().hand
    assert isinstance(hand, HandwritingReader)
    assert "hand-b-0001" in hand.fingerprint
    assert "hand-a" in hand.fingerprint
    assert hand.fingerprint != before
    assert settings.calibration_of(tmp_path) is None, (
        "what was calibrated for another reader counts for nothing"
    )
    versions.roll_back()
    assert settings.run_context().make_engines().hand_fingerprint == before
    assert settings.calibration_of(tmp_path) is not None


def test_the_way_back_leads_to_the_version_before_and_forward_again(tmp_path: Path) -> None:
    noted = NotedVersions.at(tmp_path)
    versions = noted.versions
    first = made(versions)
    noted.promote(first)
    second = made(versions)
    noted.promote(second, in_use=first)
    states = {one.number: one.state for one in versions.all()}
    assert states == {first: VersionState.EARLIER, second: VersionState.IN_USE}
    assert versions.roll_back() == first
    assert versions.roll_back(second) == second
    assert versions.roll_back(SHIPPED) == SHIPPED
    assert versions.networks_in_use() is None
    with pytest.raises(StaleProposal):
        versions.roll_back()
    assert all((tmp_path / f"{number:04d}").is_dir() for number in (first, second))


def test_what_was_decided_meanwhile_is_not_decided_again(tmp_path: Path) -> None:
    versions = ReaderVersions(tmp_path)
    one, other, refused = made(versions), made(versions), made(versions, passed=False)
    with pytest.raises(StaleProposal):
        versions.promote(refused, in_use=SHIPPED)
    versions.promote(one, in_use=SHIPPED)
    for _ in range(2):  # submitted twice, and held against a reader that is no longer in use
        with pytest.raises(StaleProposal):
            versions.promote(one, in_use=SHIPPED)
        with pytest.raises(StaleProposal):
            versions.promote(other, in_use=SHIPPED)
        with pytest.raises(StaleProposal):
            versions.promote(other, in_use=one)
    versions.decline(other)
    with pytest.raises(StaleProposal):
        versions.decline(other)
    with pytest.raises(StaleProposal):
        versions.roll_back(other)
    assert versions.in_use == one


def test_a_version_of_weights_that_are_no_longer_installed_reads_nothing(tmp_path: Path) -> None:
    versions = ReaderVersions(tmp_path)
    versions.promote(made(versions), in_use=SHIPPED)
    card = next(tmp_path.glob("0001/*/model.toml"))
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace('from_sha256 = "', 'from_sha256 = "0'), encoding="utf-8")
    shipped = default_engines().hand_fingerprint
    assert default_engines(None, tmp_path / "0001").hand_fingerprint == shipped


def test_a_version_that_was_held_against_another_reader_cannot_be_taken(tmp_path: Path) -> None:
    versions = ReaderVersions(tmp_path)
    versions.promote(made(versions), in_use=SHIPPED)
    trained_meanwhile = made(versions)
    version = versions.version(trained_meanwhile)
    assert version is not None
    versions.propose(version.folder, {}, passed=True, lines=7, before=SHIPPED)
    with pytest.raises(StaleProposal):
        versions.promote(trained_meanwhile, in_use=versions.in_use)


def test_a_version_whose_networks_are_gone_or_damaged_is_not_taken_into_use(tmp_path: Path) -> None:
    versions = ReaderVersions(tmp_path)
    first = made(versions)
    weights = next(tmp_path.glob("0001/*/model.onnx"))
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    noted: list[tuple[int, str]] = []
    with pytest.raises(SetupError, match="hỏng"):
        versions.promote(first, in_use=SHIPPED, note=lambda *act: noted.append(act))
    weights.write_bytes(whole)
    versions.promote(first, in_use=SHIPPED)
    versions.roll_back()
    weights.unlink()
    with pytest.raises(SetupError, match="hỏng"):
        versions.roll_back(first, note=lambda *act: noted.append(act))
    assert (versions.in_use, noted) == (SHIPPED, [])


def test_a_pointer_that_cannot_be_read_is_told_and_guessed_by_nobody(tmp_path: Path) -> None:
    (tmp_path / IN_USE).write_text("[]", encoding="utf-8")
    with pytest.raises(SetupError, match="sao lưu"):
        ReaderVersions(tmp_path).in_use  # noqa: B018
