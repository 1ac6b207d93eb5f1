import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.errors import NotDeclared, SetupError
from pipeline.form_design.design import design_of_form
from pipeline.form_design.form_toml import design_toml
from pipeline.recognition import calibration
from pipeline.recognition.calibration import Calibration, fit_calibration
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings, read_settings
from tests.fake_audit import save_own_calibration
from tests.recognition.calibration.drawn_samples import drawn


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with folders of their own, nothing in them."""
    return Settings(models=tmp_path / "models", workspace=tmp_path / "workspace")


def shipped(settings: Settings, reader: str, seed: int = 1) -> Calibration:
    """A calibration that came with the models, for that reader."""
    assert settings.models is not None
    made = fit_calibration(drawn(400, seed).samples, reader=reader)
    calibration.save(made, settings.models / "calibration" / calibration.FILE)
    return made


def own(settings: Settings, reader: str, seed: int = 2) -> Calibration:
    """A calibration that the office made itself, on that reader's word."""
    made = fit_calibration(drawn(400, seed).samples, reader=reader)
    save_own_calibration(made, settings.workspace)
    return made


def test_without_a_calibration_there_is_none(settings: Settings) -> None:
    assert settings.run_context().options.routing.calibration is None


def test_the_calibration_that_came_with_the_models_is_used(settings: Settings) -> None:
    made = shipped(settings, "hand-1")
    assert settings.run_context().options.routing.calibration == made


def test_the_offices_own_calibration_comes_first(settings: Settings) -> None:
    shipped(settings, "hand-1")
    made = own(settings, "hand-1")
    assert settings.run_context().options.routing.calibration == made


def test_an_offices_calibration_counts_only_as_the_audit_holds_it(settings: Settings) -> None:
    made = shipped(settings, "hand-1")
    place = Workspace(settings.workspace)
    foreign = fit_calibration(drawn(400, 2).samples, reader="hand-1")
    calibration.save(foreign, place.calibration)
    assert settings.calibration_of(settings.workspace) == made
    assert not (settings.workspace / "hotich.db").exists(), "asking makes no registry"
    mine = own(settings, "hand-1", seed=3)
    assert settings.calibration_of(settings.workspace) == mine
    calibration.save(foreign, place.calibration)
    assert settings.calibration_of(settings.workspace) == made


def test_an_offices_calibration_of_an_older_reader_gives_way_to_the_shipped_one(settings: Settings) -> None:
    own(settings, "hand-1")
    made = shipped(settings, "hand-2")
    assert settings.run_context().options.routing.calibration == made


def test_an_offices_calibration_of_no_reader_gives_way_to_the_shipped_one(settings: Settings) -> None:
    own(settings, "")
    made = shipped(settings, "hand-1")
    assert settings.run_context().options.routing.calibration == made


def test_another_calibration_is_another_fingerprint_of_the_options(settings: Settings) -> None:
    prints = {settings.run_context().options.fingerprint}
    for seed in (1, 2):
        shipped(settings, "hand-1", seed)
        prints.add(settings.run_context().options.fingerprint)
        assert settings.run_context().options.fingerprint in prints
    assert len(prints) == 3


def test_tolerated_errors_are_told_a_thousand(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    routing = settings.run_context().options.routing
    assert (routing.tolerated, routing.tolerated_critical) == (0.004, 0.001)
    monkeypatch.setenv("HOTICH_TOLERATED", "12.5")
    monkeypatch.setenv("HOTICH_TOLERATED_CRITICAL", "2")
    told = Settings(models=settings.models, workspace=settings.workspace).run_context().options.routing
    assert (told.tolerated, told.tolerated_critical) == (0.0125, 0.002)


@pytest.mark.parametrize("value", ["0", "-1", "1000", "nan", "four"])
def test_a_tolerance_that_means_nothing_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTICH_TOLERATED", value)
    with pytest.raises(SetupError, match="HOTICH_TOLERATED"):
        read_settings()


def test_the_key_of_an_encrypted_registry_travels_with_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTICH_REGISTRY_KEY_FILE", str(tmp_path / "khóa & x.key"))
    monkeypatch.setenv("HOTICH_REGISTRY_URL", "sqlite:////srv/r.db")
    url = read_settings().run_context(tmp_path).registry_url
    assert url.startswith("sqlite:////srv/r.db?key_file=/")
    assert " " not in url
    assert "&" not in url


def test_a_key_for_a_server_s_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTICH_REGISTRY_KEY_FILE", str(tmp_path / "x.key"))
    monkeypatch.setenv("HOTICH_REGISTRY_URL", "postgresql+psycopg://hotich@localhost/hotich")
    with pytest.raises(SetupError, match="PostgreSQL"):
        read_settings().run_context(tmp_path)


def test_every_command_knows_the_forms_that_the_office_has_designed(
    settings: Settings, tmp_path: Path
) -> None:
    program = settings.schemas_of(tmp_path)
    folder = Workspace(tmp_path).own_forms
    folder.mkdir(parents=True)
    design = design_of_form(program.form("birth-2006")).model_copy(update={"id": "mau-rieng"})
    (folder / "mau-rieng.toml").write_text(design_toml(design), encoding="utf-8")
    known = settings.schemas_of(tmp_path)
    assert set(known.forms) - set(program.forms) == {"mau-rieng"}
    assert known.fingerprint == program.fingerprint, "books of other forms are not read anew"
    assert known.form("birth-2006").fingerprint == program.form("birth-2006").fingerprint
    (folder / "mau-rieng.toml").write_text('id = "mau-rieng"', encoding="utf-8")
    with pytest.raises(NotDeclared, match="mau-rieng"):
        settings.schemas_of(tmp_path).form("mau-rieng")


def test_the_settings_are_read_without_the_database() -> None:
    asked = "import sys, pipeline.settings; print(sorted({'sqlalchemy', 'alembic', 'fastapi'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert told == "[]\n"
