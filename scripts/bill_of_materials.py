"""Write the software bill of materials of this tree as CycloneDX JSON, without a network.

The packages are those of a lock; versions and licences come from the metadata of the packages, installed or in wheels.
The same tree and the same packages give the same bytes. The script needs nothing beyond Python.
Exit codes: 0 written, 3 a locked package is missing or has another version.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tomllib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
LICENCE_TEXT = 80
"""A longer field ``License`` holds the text of a licence instead of its name."""
NOT_STATED = "không nêu"
CANNOT = 3

Component = dict[str, Any]


def main(arguments: Iterable[str]) -> int:
    parser = argparse.ArgumentParser(description="Ghi bảng kê thành phần phần mềm (CycloneDX JSON).")
    parser.add_argument("lock", type=Path, help="tệp khóa phiên bản các gói")
    parser.add_argument(
        "--wheels", type=Path, help="thư mục các gói .whl; không có thì các gói đã cài cạnh Python này"
    )
    parser.add_argument("--output", type=Path, help="tệp để ghi; không có thì ra màn hình")
    parser.add_argument(
        "--licences", action="store_true", help="chỉ in các giấy phép và gói nào theo giấy phép nào"
    )
    options = parser.parse_args(list(arguments))
    locked = read_lock(options.lock)
    packages = wheel_packages(options.wheels) if options.wheels else installed_packages(set(locked))
    flaws = list(differences(locked, packages))
    for flaw in flaws:
        print(flaw, file=sys.stderr)
    if flaws:
        return CANNOT
    components = [packages[name] for name in sorted(packages)] + networks(PROJECT / "ocr_models")
    if options.licences:
        licences = sorted(by_licence(components).items())
        text = "\n".join(
            f"{licence}: {', '.join(sorted(names, key=str.lower))}" for licence, names in licences
        )
    else:
        text = json.dumps(bill(components), ensure_ascii=False, indent=1, sort_keys=True)
    if options.output:
        options.output.write_text(f"{text}\n", encoding="utf-8")
    else:
        print(text)
    return 0


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path) -> dict[str, dict[str, bool]]:
    """Return by package the locked versions, and whether every machine needs the version."""
    locked: dict[str, dict[str, bool]] = defaultdict(dict)
    for name, version, rest in re.findall(
        r"^([\w.-]+)==([^\s;\\]+)(.*)$", path.read_text("utf-8"), re.MULTILINE
    ):
        locked[normalized(name)][version] = ";" not in rest
    return dict(locked)


def installed_packages(names: set[str]) -> dict[str, Component]:
    return {name: package(found) for found in distributions() if (name := normalized(found.name)) in names}


def wheel_packages(folder: Path) -> dict[str, Component]:
    """Return every package of a folder of wheels, with the digest of its wheel."""
    packages = {}
    for path in sorted(folder.glob("*.whl")):
        (found,) = distributions(path=[str(path)])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        packages[normalized(found.name)] = package(found) | {"hashes": [sha256(digest)]}
    return packages


def differences(locked: Mapping[str, Mapping[str, bool]], packages: Mapping[str, Component]) -> Iterator[str]:
    for name, versions in sorted(locked.items()):
        if name not in packages:
            if any(versions.values()):
                yield f"thiếu gói {name}"
        elif packages[name]["version"] not in versions:
            yield f"gói {name}: có bản {packages[name]['version']}, bản đã khóa là {', '.join(versions)}"


def package(found: Distribution) -> Component:
    address = f"pkg:pypi/{normalized(found.name)}@{found.version}"
    component = {
        "type": "library", "name": found.name, "version": found.version, "purl": address, "bom-ref": address,
    }  # fmt: skip
    licences = package_licences(found)
    return component | ({"licenses": licences} if licences else {})


def package_licences(found: Distribution) -> list[dict[str, Any]]:
    fields = found.metadata
    expression, text = fields.get("License-Expression"), (fields.get("License") or "").strip()
    if expression:
        return [{"expression": expression}]
    classifiers = [
        line.rsplit(" :: ", 1)[-1]
        for line in fields.get_all("Classifier") or []
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    named = text if len(text) <= LICENCE_TEXT and "\n" not in text and text.upper() != "UNKNOWN" else ""
    return [{"license": {"name": name}} for name in ([named] if named else classifiers)]


def networks(folder: Path) -> list[Component]:
    """Return the networks and tables that readers use, with the digests of their files."""
    components = []
    for path in sorted(folder.glob("*/model.toml")):
        card = tomllib.loads(path.read_text("utf-8"))
        files = [
            {"type": "file", "name": name, "hashes": [sha256(digest)]}
            for name, digest in card.get("files", [])
        ]
        components.append(
            {
                "type": "machine-learning-model",
                "name": card["name"],
                "bom-ref": f"ocr_models/{card['name']}",
                "licenses": [{"license": {"name": card["licence"]}}],
                "components": files,
            }
        )
    return components


def sha256(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


def by_licence(components: Iterable[Component]) -> dict[str, list[str]]:
    names = defaultdict(list)
    for component in components:
        stated = [
            licence.get("expression") or licence["license"]["name"]
            for licence in component.get("licenses", [])
        ]
        names[" AND ".join(stated) or NOT_STATED].append(component["name"])
    return names


def bill(components: list[Component]) -> dict[str, Any]:
    """Return the bill; its serial number follows from the contents, and it holds no time."""
    version = re.search(
        r'^__version__ = "(.+)"$', (PROJECT / "pipeline/__init__.py").read_text("utf-8"), re.MULTILINE
    )
    assert version
    address = f"pkg:pypi/hotich@{version[1]}"
    program = {
        "type": "application", "name": "hotich", "version": version[1], "purl": address, "bom-ref": address,
        "licenses": [{"expression": "Apache-2.0"}],
    }  # fmt: skip
    contents = {"metadata": {"component": program}, "components": components}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(contents, sort_keys=True))
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1, **contents,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
