"""The certificate of an office: by a root good for its own names only, renewed when due, never another's."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.scripts.office import OFFICE


def made(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(OFFICE / "certificate.sh"), "--folder", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    done = made(folder, "--name", "hotich.xa-thu.vn")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """A folder with a root and a certificate."""
    return shutil.copytree(first, tmp_path / "tls")


def test_the_root_is_good_for_this_machine_and_private_addresses_only(first: Path) -> None:
    extensions = read(first / "ca.crt").extensions
    found = extensions.get_extension_for_class(x509.NameConstraints)
    permitted = found.value.permitted_subtrees or []
    names = {one.value for one in permitted if isinstance(one, x509.DNSName)}
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    assert found.critical
    assert "hotich.xa-thu.vn" in names
    assert not any(name in ("vn", "xa-thu.vn", "") for name in names)
    assert networks
    assert all(isinstance(network, IPv4Network) and network.is_private for network in networks)


def test_the_certificate_names_the_machine_and_is_signed_by_the_root(first: Path) -> None:
    certificate = read(first / "desk.crt")
    certificate.verify_directly_issued_by(read(first / "ca.crt"))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "hotich.xa-thu.vn" in names.get_values_for_type(x509.DNSName)
    assert certificate.not_valid_after_utc - datetime.now(UTC) < timedelta(days=398)


def test_the_keys_are_for_their_owner_alone(first: Path) -> None:
    assert [(first / name).stat().st_mode & 0o777 for name in ("ca.key", "desk.key")] == [0o600, 0o600]


def test_what_is_not_due_stays_and_what_is_asked_for_is_made(folder: Path) -> None:
    before, root = (folder / "desk.crt").read_bytes(), (folder / "ca.crt").read_bytes()
    assert made(folder, "--when-due").returncode == 0
    assert (folder / "desk.crt").read_bytes() == before
    assert made(folder).returncode == 0
    assert (folder / "desk.crt").read_bytes() != before
    assert (folder / "ca.crt").read_bytes() == root


def test_a_key_that_does_not_fit_is_due(folder: Path) -> None:
    shutil.copy(folder / "ca.key", folder / "desk.key")
    assert made(folder, "--when-due").returncode == 0
    key = serialization.load_pem_private_key((folder / "desk.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == read(folder / "desk.crt").public_key()


def test_a_new_name_beyond_the_root_makes_a_new_root_and_says_so(folder: Path) -> None:
    done = made(folder, "--name", "khac.vn")
    assert (done.returncode, "cài lại" in done.stderr) == (0, True)
    read(folder / "desk.crt").verify_directly_issued_by(read(folder / "ca.crt"))


def test_a_certificate_of_somebody_else_is_never_touched(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hotich.xa-thu.vn")])
    days = timedelta(days=1)
    foreign = x509.CertificateBuilder(name, name, key.public_key(), 7, now - days, now + days)
    (folder / "desk.crt").write_bytes(
        foreign.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    before = (folder / "desk.crt").read_bytes()
    assert made(folder).returncode == made(folder, "--when-due").returncode == 0
    assert (folder / "desk.crt").read_bytes() == before


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    assert made(tmp_path / "tls", "--name", "Xã Thử").returncode == 4
    assert not (tmp_path / "tls" / "desk.crt").exists()
