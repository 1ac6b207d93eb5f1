"""The folder of backups: each content once, named by its hash, and a manifest for each backup.

``noi-dung/ab/<sha256>`` (``.enc`` when encrypted), ``ban-sao/<time>.json``. A file gets its final name after it is
complete, synced and read back, so an interrupted backup leaves only usable contents and the next backup continues
there. The manifest is written last: a folder without a manifest is no backup.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pipeline.base.errors import BackupRefused, StorageError
from pipeline.base.files import FileRefused, atomic_path, file_blocks, parse_json, sha256_and_size
from pipeline.registry.database.encryption import MAKE_KEY, read_key
from pipeline.runs.backup.cipher import decrypt_blocks, encrypt_blocks

FORMAT = 1


@dataclass(frozen=True, slots=True)
class BackedUpFile:
    """A backed-up file: ``path`` from the root of the backup, with ``/``; ``sha256`` and ``size``: of plain bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class BackupManifest:
    """The content of a backup.

    Attributes:
        made_at: Time, UTC, ISO 8601.
        version: Version of the program.
        registry: Path of the registry's snapshot among ``files``.
        rows: Number of rows by table of the registry, where countable.
        left_out: Names of existing keys that are left out.
    """

    made_at: str
    version: str
    registry: str
    rows: Mapping[str, int]
    left_out: tuple[str, ...]
    files: tuple[BackedUpFile, ...]

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()


def read_manifest(data: bytes) -> BackupManifest:
    """Parse a manifest.

    Raises:
        BackupRefused: The data are no manifest, or a path is outside the root.
    """
    try:
        data_dict = parse_json(data)
        if data_dict.pop("format") != FORMAT:
            raise BackupRefused(
                "Bản sao lưu do một bản hotich khác tạo ra. Hãy dùng đúng bản ấy hoặc bản mới hơn."
            )
        files = tuple(
            BackedUpFile(str(file["path"]), str(file["sha256"]), int(file["size"]))
            for file in data_dict.pop("files")
        )
        manifest = BackupManifest(files=files, **data_dict | {"left_out": tuple(data_dict["left_out"])})
    except (FileRefused, ValueError, KeyError, TypeError, AttributeError):
        raise BackupRefused("Bảng kê của bản sao lưu bị hỏng. Hãy dùng bản sao lưu khác.") from None
    for file in files:
        steps = PurePosixPath(file.path)
        if steps.is_absolute() or ".." in steps.parts or not file.path:
            raise BackupRefused("Bảng kê của bản sao lưu nêu một đường dẫn ra ngoài; không khôi phục.")
    return manifest


class FileUnreadable(StorageError):
    """A file to back up cannot be read."""


CONTENTS, MANIFESTS = "noi-dung", "ban-sao"
NAME = re.compile(r"[0-9]{8}-[0-9]{6}")


def key_in(path: Path | None) -> bytes | None:
    """Return the key in a file, as ``HOTICH_REGISTRY_KEY_FILE`` names it.

    Raises:
        SetupError: The file holds no usable key.
    """
    return None if path is None else bytes.fromhex(read_key(path))


def backup_key(folder: Path, key_file: Path | None, *, plain: bool) -> bytes | None:
    """Return the key of a new backup; ``None`` for a backup without encryption on request.

    Args:
        folder: Folder of the backups; the key may not be inside.
        plain: Whether the backup may be readable without a key.

    Raises:
        BackupRefused: Neither or both of key and ``plain`` are given, or the key is inside the backup folder.
        SetupError: The file holds no usable key.
    """
    if key_file is None:
        if plain:
            return None
        raise BackupRefused(
            "Chưa sao lưu: chưa có khóa để mã hóa. Bản sao lưu có mọi bản quét và cả sổ dữ liệu. Hãy tạo khóa một lần, "
            f"{MAKE_KEY}, cất một bản ở nơi khác, rồi thêm --key-file TỆP_KHÓA (hay đặt HOTICH_BACKUP_KEY_FILE). Nếu ổ "
            "sao lưu đã được mã hóa bằng cách khác thì thêm --plain để sao lưu không mã hóa."
        )
    if plain:
        raise BackupRefused(
            "Có cả khóa lẫn --plain. Hãy bỏ một trong hai: có khóa thì bản sao lưu được mã hóa."
        )
    if key_file.resolve().is_relative_to(folder.resolve()):
        raise BackupRefused(
            "Khóa không được nằm trong thư mục sao lưu: ai lấy được ổ ấy thì mở được. Hãy chuyển khóa đi nơi khác."
        )
    return key_in(key_file)


class Vault:
    """A folder of backups, all encrypted or all plain.

    Args:
        key: 32 bytes; ``None``: no encryption.
    """

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        self.folder = folder
        self._key = key
        self._ending = "" if key is None else ".enc"

    def names(self) -> tuple[str, ...]:
        """Return the names of complete backups, oldest first.

        Raises:
            BackupRefused: A key is missing or superfluous.
        """
        paths = [path for path in (self.folder / MANIFESTS).glob("*.json*") if not path.name.startswith(".")]
        if any(path.name.endswith(".enc") != bool(self._ending) for path in paths):
            raise BackupRefused(
                f"Các bản sao lưu trong {self.folder} được mã hóa. Hãy thêm --key-file TỆP_KHÓA."
                if not self._ending
                else f"Các bản sao lưu trong {self.folder} không mã hóa. Hãy chọn thư mục khác cho các bản mã hóa "
                "(hoặc bỏ --key-file: xem và khôi phục bản cũ; sao lưu tiếp như cũ thì --plain)."
            )
        return tuple(sorted(path.name.split(".")[0] for path in paths))

    def manifest(self, name: str) -> BackupManifest:
        """Return the manifest of a backup.

        Raises:
            BackupRefused: There is no such backup, or its manifest is damaged.
        """
        path = self.folder / MANIFESTS / f"{name}.json{self._ending}"
        if NAME.fullmatch(name) is None or not path.is_file():
            raise BackupRefused(f"Không có bản sao lưu {name} trong {self.folder}, hoặc bản ấy chưa xong.")
        return read_manifest(b"".join(self._plain(path, name)))

    def put(self, source: Path, path: str) -> BackedUpFile:
        """Keep a file as ``path``; its content is written unless it exists.

        Raises:
            FileUnreadable: The file cannot be read.
            StorageError: The disk of the backups cannot be read or written.
        """
        try:
            sha256, size = sha256_and_size(file_blocks(source))
        except OSError as error:
            raise FileUnreadable(
                f"Không đọc được {source} để sao lưu ({error.strerror}). Hãy kiểm tra ổ đĩa, quyền đọc."
            ) from None
        try:
            target = self._place(sha256)
            if not target.exists():
                self._write(target, file_blocks(source), sha256)
                if self._checked(target, sha256) != (sha256, size):
                    target.unlink()
                    raise StorageError(f"{source.name} thay đổi trong lúc sao lưu. Hãy chạy lại.")
            return BackedUpFile(path, sha256, size)
        except OSError as error:
            raise StorageError(
                f"Không sao lưu được {source} vào {self.folder} ({error.strerror}). Hãy kiểm tra chỗ trống, quyền ghi."
            ) from None

    def known(self, path: str, sha256: str) -> BackedUpFile | None:
        """Return a content of an earlier backup, verified; ``None``: there is none.

        Args:
            sha256: SHA-256 of the plain bytes.
        """
        target = self._place(sha256)
        try:
            digest, size = self._checked(target, sha256)
        except (OSError, BackupRefused):
            return None
        return BackedUpFile(path, sha256, size) if digest == sha256 else None

    def close(self, name: str, manifest: BackupManifest) -> None:
        """Write the manifest of a backup, which makes it count."""
        try:
            self._write(self.folder / MANIFESTS / f"{name}.json{self._ending}", [manifest.to_json()], name)
        except OSError as error:
            raise StorageError(f"Không ghi được vào {self.folder} ({error.strerror}).") from None

    def check(self, file: BackedUpFile) -> None:
        """Read a file and compare it with its checksum.

        Raises:
            BackupRefused: The file is missing or altered.
        """
        target = self._place(file.sha256)
        if not target.is_file():
            raise BackupRefused(f"Bản sao lưu thiếu tệp {file.path}. Hãy dùng bản sao lưu khác.")
        if self._checked(target, file.sha256) != (file.sha256, file.size):
            raise BackupRefused(f"Tệp {file.path} trong bản sao lưu bị hỏng. Hãy dùng bản sao lưu khác.")

    def fetch(self, kept: BackedUpFile, target: Path) -> None:
        """Write a file of a backup to disk, comparing its checksum.

        Raises:
            BackupRefused: The file is missing or altered.
            StorageError: The disk cannot be written.
        """
        source = self._place(kept.sha256)
        if not source.is_file():
            raise BackupRefused(f"Bản sao lưu thiếu tệp {kept.path}. Hãy dùng bản sao lưu khác.")
        digest, size = hashlib.sha256(), 0
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                for block in self._plain(source, kept.sha256):
                    digest.update(block)
                    size += len(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StorageError(
                f"Không ghi được {target} ({error.strerror}). Hãy kiểm tra chỗ trống."
            ) from None
        if (digest.hexdigest(), size) != (kept.sha256, kept.size):
            raise BackupRefused(f"Tệp {kept.path} trong bản sao lưu bị hỏng. Hãy dùng bản sao lưu khác.")

    def thin_out(self, keep: int) -> int:
        """Remove all but the newest ``keep`` backups, and the contents used by no remaining backup.

        Returns:
            Number of removed backups.
        """
        names = self.names()
        old, kept = names[:-keep], names[-keep:]
        wanted = {file.sha256 for name in kept for file in self.manifest(name).files}
        for name in old:
            (self.folder / MANIFESTS / f"{name}.json{self._ending}").unlink()
        for path in (self.folder / CONTENTS).glob("*/*") if old else ():
            if path.name.split(".")[0] not in wanted:
                path.unlink()
        return len(old)

    def _place(self, sha256: str) -> Path:
        return self.folder / CONTENTS / sha256[:2] / f"{sha256}{self._ending}"

    def _plain(self, path: Path, name: str) -> Iterator[bytes]:
        return file_blocks(path) if self._key is None else decrypt_blocks(file_blocks(path), self._key, name)

    def _checked(self, path: Path, name: str) -> tuple[str, int]:
        return sha256_and_size(self._plain(path, name))

    def _write(self, target: Path, blocks: Iterable[bytes], name: str) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(target) as temporary:
            temporary.touch(0o600, exist_ok=False)
            with temporary.open("wb") as file:
                for block in blocks if self._key is None else encrypt_blocks(blocks, self._key, name):
                    file.write(block)
