"""Known flaws of the installed packages, by an advisory list in OSV format that an office copies in without a network.

The list is a folder of JSON files, or of zip files that hold them, as https://osv.dev gives them out for PyPI.
"""

from __future__ import annotations

import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pipeline.base.files import FileRefused, open_regular_file, parse_json, printable
from pipeline.base.localtime import local_date
from pipeline.runs.machine_checks.check import Check

MOST_BYTES = 4_000_000
"""Size limit of one advisory."""
DEEPEST = 32
LONGEST_AGE = timedelta(days=60)
NAMED = 5
"""Number of advisories that ``hotich doctor`` names."""

_NAME = re.compile(rb'"name"\s*:\s*"([\w.-]{1,120})"')
_MODIFIED = re.compile(rb'"modified"\s*:\s*"(\d{4}-\d\d-\d\d)')
_UNREADABLE = (FileRefused, OSError, ValueError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile)
_MALFORMED = (FileRefused, ValueError, TypeError, AttributeError, KeyError)


@dataclass(frozen=True)
class Advisory:
    """A known flaw of an installed package; ``fixed`` holds the first versions without it."""

    advisory: str
    aliases: tuple[str, ...]
    package: str
    version: str
    summary: str
    fixed: tuple[str, ...]


@dataclass(frozen=True)
class AdvisoryReport:
    """The advisories about installed packages, and the state of the list.

    ``read`` counts the advisories of the list, ``newest`` is the day of the last change, and ``unusable`` names the
    damaged files, which were not compared.
    """

    advisories: tuple[Advisory, ...]
    read: int
    newest: date | None
    unusable: tuple[str, ...]


def installed_versions() -> dict[str, str]:
    """Return the version of each installed package by its normalized name, as the folders of their metadata say."""
    folders = (path.stem for entry in reversed(sys.path) for path in Path(entry).glob("*.dist-info"))
    return {
        canonicalize_name(name): version for name, _, version in (stem.rpartition("-") for stem in folders)
    }


def read_advisories(folder: Path, versions: Mapping[str, str]) -> AdvisoryReport:
    """Compare packages with the advisory list of a folder.

    Only advisories that name one of the packages are parsed: a list of all of PyPI holds tens of thousands.

    Args:
        versions: The version of each package by its normalized name.
    """
    found: dict[tuple[str, str], Advisory] = {}
    unusable: list[str] = []
    days: set[bytes] = set()
    read = 0
    for name, content in _files(folder):
        if content is None:
            unusable.append(printable(name))
            continue
        read += 1
        days.update(_MODIFIED.findall(content))
        if any(canonicalize_name(package.decode()) in versions for package in set(_NAME.findall(content))):
            try:
                found |= {(one.package, one.advisory): one for one in _advisories(content, versions)}
            except _MALFORMED:
                unusable.append(printable(name))
    advisories = tuple(found[key] for key in sorted(found))
    return AdvisoryReport(advisories, read, _newest(days), tuple(unusable))


def _files(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    """Yield the JSON files of a folder and of its zip files with their contents; None for a damaged file."""
    for path in sorted(folder.glob("*")):
        if path.suffix == ".json":
            try:
                with open_regular_file(path) as file:
                    content = _bounded(file)
            except _UNREADABLE:
                content = None
            yield path.name, content
        elif path.suffix == ".zip":
            try:
                with open_regular_file(path) as file, zipfile.ZipFile(file) as archive:
                    yield from _members(path.name, archive)
            except _UNREADABLE:
                yield path.name, None


def _members(name: str, archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes | None]]:
    for member in archive.infolist():
        if not member.filename.endswith(".json"):
            continue
        try:
            with archive.open(member) as file:
                content = _bounded(file)
        except _UNREADABLE:
            content = None
        yield f"{name}/{member.filename}", content


def _bounded(file: IO[bytes]) -> bytes:
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileRefused(f"lớn hơn {MOST_BYTES // 1_000_000} MB")
    return content


def _newest(days: set[bytes]) -> date | None:
    for day in sorted(days, reverse=True):
        try:
            return date.fromisoformat(day.decode())
        except ValueError:
            continue
    return None


def _advisories(content: bytes, versions: Mapping[str, str]) -> Iterator[Advisory]:
    """Yield an advisory for each installed package in an affected version.

    Raises:
        FileRefused, ValueError, TypeError, AttributeError, KeyError: The content is not an advisory.
    """
    document = parse_json(content, DEEPEST)
    if document.get("withdrawn"):
        return
    for affected in document.get("affected", ()):
        package = affected.get("package", {})
        name = canonicalize_name(package.get("name", ""))
        if package.get("ecosystem") != "PyPI" or name not in versions:
            continue
        if is_affected(versions[name], affected):
            yield Advisory(
                printable(str(document["id"])),
                tuple(printable(str(alias)) for alias in document.get("aliases", ())),
                name,
                versions[name],
                printable(str(document.get("summary") or document.get("details", ""))[:200]),
                tuple(printable(str(event["fixed"])) for event in _events(affected) if "fixed" in event),
            )


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Return whether a version is among the affected versions of an OSV advisory, listed or in a range.

    Raises:
        InvalidVersion: A version of a range cannot be compared.
    """
    installed = Version(Version(version).public)
    if any(_same(installed, listed) for listed in affected.get("versions", ())):
        return True
    for versions in affected.get("ranges", ()):
        if versions.get("type") not in ("ECOSYSTEM", "SEMVER"):
            continue  # revisions of a repository
        inside = False
        for kind, limit in sorted(_limits(versions), key=lambda item: item[1]):
            if kind == "introduced":
                inside = inside or installed >= limit
            elif kind == "fixed":
                inside = inside and installed < limit
            elif kind == "last_affected":
                inside = inside and installed <= limit
        if inside:
            return True
    return False


def _limits(versions: Mapping[str, Any]) -> Iterator[tuple[str, Version]]:
    for event in versions.get("events", ()):
        for kind, limit in event.items():
            yield kind, Version("0.dev0" if limit == "0" else limit)


def _events(affected: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for versions in affected.get("ranges", ()):
        if versions.get("type") in ("ECOSYSTEM", "SEMVER"):
            yield from versions.get("events", ())


def _same(installed: Version, listed: str) -> bool:
    try:
        return Version(listed) == installed
    except InvalidVersion:  # of a time before version numbers had rules; no lock holds such a version
        return False


def advisories_check(folder: Path, now: datetime) -> Check:
    """Check the installed packages against the office's advisory list, and the age of the list."""
    name = "Lỗ hổng đã biết của gói Python"
    versions = installed_versions()
    report = read_advisories(folder, versions)
    if report.advisories:
        listed = [f"{one.package} {one.version} ({one.advisory})" for one in report.advisories[:NAMED]]
        return Check(
            name, "warning", f"{len(report.advisories)}: {', '.join(listed)}", "Xem hết: hotich advisories"
        )
    if report.unusable:
        files = ", ".join(report.unusable[:NAMED])
        return Check(name, "warning", f"{len(report.unusable)} tệp hỏng: {files}", "Hãy chép lại danh sách.")
    if report.newest is None:
        advice = f"Chép danh sách của OSV vào {folder} (docs/how-to/protect-data.md)."
        return Check(name, "warning", "chưa so: không có danh sách", advice)
    found = f"không, trong {len(versions)} gói; danh sách đến ngày {report.newest:%d/%m/%Y}"
    if local_date(now) - report.newest > LONGEST_AGE:
        return Check(name, "warning", found, f"Danh sách đã cũ: hãy chép danh sách mới vào {folder}.")
    return Check(name, "ok", found)
