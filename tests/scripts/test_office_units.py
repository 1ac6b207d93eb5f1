"""Units, nginx's settings, container files and the scripts themselves are sound, and name what is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
import typer.main
import yaml
from typer.core import TyperGroup

from pipeline.cli.app import app
from pipeline.runs.machine_checks.office import SERVICES, UNITS
from tests.scripts.office import CANNOT, OFFICE, PROJECT, REFUSED, run

SCRIPTS = sorted([*OFFICE.glob("*.sh"), *OFFICE.glob("lib/*.sh"), OFFICE / "hotich"])
UNIT_FILES = sorted(OFFICE.glob("units/*.service"))
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictNamespaces": "yes",
    "SystemCallFilter": "@system-service",
}


def unit(path: Path) -> dict[str, list[str]]:
    """The settings of a unit by name."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name].append(value)
    return found


def test_bash_understands_every_script() -> None:
    for script in SCRIPTS:
        done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), script


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(
        ["shellcheck", "-x", "-P", ".", "--extended-analysis=false", *SCRIPTS],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    assert done.stdout == ""


@pytest.mark.parametrize("path", UNIT_FILES, ids=lambda path: path.name)
def test_a_service_has_no_more_rights_than_it_needs(path: Path) -> None:
    settings = unit(path)
    assert {name: settings[name] for name in HARDENED} == {name: [value] for name, value in HARDENED.items()}
    assert all(place.split("/")[1] in ("var", "etc") for place in settings["ReadWritePaths"])
    if path.name == "hotich-certificate.service":
        assert "User" not in settings
        return
    assert (settings["User"], settings["UMask"], settings["CapabilityBoundingSet"]) == (
        ["hotich"],
        ["0077"],
        [""],
    )


@pytest.mark.parametrize("path", UNIT_FILES, ids=lambda path: path.name)
def test_a_service_starts_a_command_that_is_there(path: Path) -> None:
    (start,) = unit(path)["ExecStart"]
    program, *words = start.split()
    if program.endswith(".sh"):
        assert (PROJECT / program.removeprefix("/opt/hotich/current/")).exists()
        return
    assert program == "/opt/hotich/current/.venv/bin/hotich"
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    known = {option for parameter in group.commands[words[0]].params for option in parameter.opts}
    assert [word for word in words if word.startswith("--") and word not in known] == []


def test_what_doctor_asks_for_is_what_the_installer_puts() -> None:
    put = {path.name for path in OFFICE.glob("units/*")}
    assert set(SERVICES) <= put
    text = (OFFICE / "lib" / "common.sh").read_text()
    assert f"UNITS={UNITS}" in text
    assert set(re.findall(r"hotich-[a-z]+\.(?:service|timer)", text)) == set(SERVICES)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_takes_the_settings(tmp_path: Path) -> None:
    done = subprocess.run(
        [OFFICE / "certificate.sh", "--folder", tmp_path / "tls", "--name", "localhost"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    site = (OFFICE / "nginx" / "hotich.conf").read_text().replace("/etc/hotich/tls", str(tmp_path / "tls"))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{\n"
        + "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"access_log off;\n{site}\n}}\n"
    )
    told = subprocess.run(
        ["nginx", "-t", "-q", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "log"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_nginx_passes_on_who_asks_and_keeps_nothing_back() -> None:
    text = (OFFICE / "nginx" / "hotich.conf").read_text()
    for line in (
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto https;",
        "proxy_buffering off;",
        "proxy_request_buffering off;",
        "client_max_body_size 1m;",
        "access_log off;",
    ):
        assert line in text
    assert "Content-Security-Policy" not in text.partition("listen 443")[2]


def test_nginx_asks_at_the_socket_that_the_desk_opens_and_only_its_group_enters_the_folder() -> None:
    desk = unit(OFFICE / "units" / "hotich-web.service")
    (socket,) = re.findall(r"--socket (\S+)$", desk["ExecStart"][0])
    assert "--proxy" not in desk["ExecStart"][0]
    assert Path(socket).parent == Path("/run") / desk["RuntimeDirectory"][0]
    assert (desk["RuntimeDirectoryMode"], desk["Group"], desk["UMask"]) == (["0750"], ["www-data"], ["0077"])
    site = (OFFICE / "nginx" / "hotich.conf").read_text()
    assert re.findall(r"server unix:(\S+);", site) == [socket]
    assert re.findall(r"proxy_pass (\S+);", site) == ["http://hotich_desk"]
    assert f"SOCKET={socket}\n" in (OFFICE / "lib" / "common.sh").read_text()
    containers = yaml.safe_load((OFFICE / "container" / "compose.yaml").read_text())
    place = f"socket:{Path(socket).parent}"
    assert containers["services"]["desk"]["command"] == ["serve", "--socket", socket]
    assert all(place in containers["services"][name]["volumes"] for name in ("web", "desk"))


def test_the_containers_run_commands_that_are_there() -> None:
    services = yaml.safe_load((OFFICE / "container" / "compose.yaml").read_text())["services"]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for name, service in services.items():
        if name != "web":
            command = group.commands[service["command"][0]]
            known = {option for parameter in command.params for option in parameter.opts}
            assert [word for word in service["command"] if word.startswith("--") and word not in known] == []
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    text = (OFFICE / "container" / "Containerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for word in line.split()]
    assert [name for name in copied if not (PROJECT / name).exists()] == []
    assert "--require-hashes" in text
    assert re.search(r"^USER 990:990$", text, re.MULTILINE)


@pytest.mark.parametrize(
    "folder", ["/home/an/sao-luu", "/", "/tmp/x", "sao-luu", "/var/lib/hotich/x", "/mnt/a b"]
)
def test_a_folder_that_services_could_not_or_must_not_write_is_refused(folder: str, tmp_path: Path) -> None:
    done = run(f"check_folder '{folder}'", tmp_path)
    assert (done.returncode, done.stderr.startswith("Không làm tiếp được")) == (REFUSED, True)


def test_settings_that_are_there_are_kept(tmp_path: Path) -> None:
    script = """
    ACCOUNT=$(id -un); BOOKS_FOLDER=/srv/mot; BACKUP_FOLDER=/mnt/hai; TLS=$SETTINGS/tls
    write_settings postgresql
    sed -i 's,/mnt/hai,/mnt/ba,' "$ENVIRONMENT"
    before=$(cat "$SETTINGS/backup.key")
    write_settings sqlite
    [ "$before" = "$(cat "$SETTINGS/backup.key")" ]
    read_folders
    echo "$BOOKS_FOLDER $BACKUP_FOLDER"
    on_postgresql
    """
    done = run(script, tmp_path)
    assert (done.returncode, done.stdout) == (0, "/srv/mot /mnt/ba\n"), done.stderr
    assert ((tmp_path / "etc" / "backup.key").stat().st_mode & 0o777) == 0o600


def test_a_version_is_named_by_what_it_holds(tmp_path: Path) -> None:
    script = """
    PARTS=(pipeline docs)
    mkdir -p pipeline docs; echo '__version__ = "1.2.3"' >pipeline/__init__.py
    version_name "$PWD"
    mkdir pipeline/__pycache__; touch pipeline/__pycache__/x.pyc
    version_name "$PWD"
    echo other >docs/x.md
    version_name "$PWD"
    """
    first, same, other = run(script, tmp_path).stdout.split()
    assert first.startswith("1.2.3-")
    assert first == same != other


def test_what_the_system_calls_itself_is_not_what_the_office_is_called(tmp_path: Path) -> None:
    done = run('NAME=hotich.xa-thu.vn; check_system; echo "$NAME"', tmp_path)
    assert done.returncode == CANNOT or done.stdout.endswith("hotich.xa-thu.vn\n"), done.stderr
