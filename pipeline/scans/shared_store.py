"""A store of scans that several machines share: a folder of a network drive, or a bucket of an S3-compatible service.

The store of a workspace stays on this machine's own disk. Where a shared one is named in ``store.toml``, every scan is
put there too, and read back before it counts; a machine that lacks a scan takes it from there. Reached through fsspec,
which knows many kinds of stores; what opens the door (``AWS_ACCESS_KEY_ID``, …) stands in the environment, not in the
file. It is loaded when it is needed: every process that reads pages would wait for it, for a store that few have.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pipeline.base.errors import AlteredScan, HotichError, StorageError
from pipeline.base.files import TEMP_PREFIX, make_read_only, sha256_of, sha256_of_file, temporary_path
from pipeline.base.staff_toml import StaffFile

FILE = "store.toml"

T = TypeVar("T")


@dataclass(frozen=True)
class SharedStore:
    """A store of scans that several workspaces share.

    Attributes:
        url: Its address as fsspec has it (``file:///mnt/kho``, ``s3://bucket/kho``).
        options: The options of its file system.
    """

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def put(self, scan: Path, sha256: str, *, prove: bool = True) -> None:
        """Copy a stored scan into the shared store, under the same name.

        Args:
            scan: The stored scan.
            sha256: Its SHA-256.
            prove: Hash a copy that is there already, and put the true one in its place if it is another; else it is
                believed when it is as long.

        Raises:
            StorageError: The copy cannot be proven whole.
        """

        def put(files: Any, root: str) -> None:
            target = f"{root}/{sha256[:2]}/{scan.name}"
            if files.exists(target) and files.size(target) == scan.stat().st_size:
                if not prove or _hash_of(files, target) == sha256:
                    return
                files.makedirs(f"{root}/altered", exist_ok=True)
                files.mv(target, f"{root}/altered/{scan.name}-{secrets.token_hex(4)}")
            files.makedirs(f"{root}/{sha256[:2]}", exist_ok=True)
            # A bucket shows an object when it is whole; a folder shows it from the first byte on.
            coming = (
                target
                if "s3" in _kinds(files)
                else f"{root}/{sha256[:2]}/{TEMP_PREFIX}{secrets.token_hex(8)}"
            )
            files.put_file(str(scan), coming)
            if _hash_of(files, coming) != sha256:
                files.rm_file(coming)
                raise StorageError(
                    f"Bản chép trong kho chung {self.url} không nguyên vẹn. Hãy kiểm tra kho, chạy lại."
                )
            if coming != target:
                files.mv(coming, target)

        self._ask(put)

    def fetch(self, sha256: str, folder: Path) -> Path | None:
        """Copy the scan with a given content into a folder, read-only.

        Args:
            sha256: The SHA-256 of its content, lower-case hex.
            folder: Where to copy it.

        Returns:
            The copy; ``None`` when the scan is not in the store.

        Raises:
            AlteredScan: What lies there is something else.
            StorageError: The share cannot be read.
        """

        def fetch(files: Any, root: str) -> Path | None:
            found = sorted(files.glob(f"{root}/{sha256[:2]}/{sha256}*"))
            if not found:
                return None
            folder.mkdir(parents=True, exist_ok=True)
            target: Path = folder / found[0].rsplit("/", 1)[-1]
            coming = temporary_path(folder)
            try:
                files.get_file(found[0], str(coming))
                if sha256_of_file(coming) != sha256:
                    raise AlteredScan(
                        f"Bản quét {sha256[:12]}… trong kho chung {self.url} đã bị sửa hoặc hỏng. "
                        "Hãy lấy lại từ bản sao lưu."
                    )
                make_read_only(coming)
                coming.replace(target)
            finally:
                coming.unlink(missing_ok=True)
            return target

        return self._ask(fetch)

    def digest_of(self, sha256: str) -> str | None:
        """Return the SHA-256 of what lies there under the name of a scan; ``None`` where there is nothing.

        Raises:
            StorageError: The share cannot be read.
        """

        def digest(files: Any, root: str) -> str | None:
            found = sorted(files.glob(f"{root}/{sha256[:2]}/{sha256}*"))
            return _hash_of(files, found[0]) if found else None

        return self._ask(digest)

    def write(self, name: str, content: bytes) -> None:
        """A small file of that name."""
        self._ask(
            lambda files, root: (
                files.makedirs(root, exist_ok=True),
                files.pipe_file(f"{root}/{name}", content),
            )
        )

    def read(self, name: str) -> bytes | None:
        """What ``write`` wrote, ``None`` where there is nothing of that name."""
        return self._ask(
            lambda files, root: (
                bytes(files.cat_file(f"{root}/{name}")) if files.exists(f"{root}/{name}") else None
            )
        )

    def remove(self, name: str) -> None:
        self._ask(lambda files, root: files.rm_file(f"{root}/{name}"))

    def _ask(self, work: Callable[[Any, str], T]) -> T:
        import fsspec

        try:
            files, root = fsspec.core.url_to_fs(self.url, **self.options)
            return work(files, root.rstrip("/"))
        except HotichError:
            raise
        except Exception as error:  # noqa: BLE001  # every file system has errors of its own
            raise StorageError(
                f"Kho chung {self.url} không dùng được ({type(error).__name__}). Hãy kiểm tra mạng, quyền truy cập và "
                f"tệp {FILE}, rồi chạy lại; bản quét vẫn còn nguyên ở chỗ cũ."
            ) from None


def shared_store_of(root: Path) -> SharedStore | None:
    """Return the shared store that ``store.toml`` in a workspace names; ``None`` without that file.

    Raises:
        SchemaError: The file is wrong; names its flaws.
    """
    path = root / FILE
    if not path.exists():
        return None
    import fsspec

    file = StaffFile(path)
    url, options = file.table.get("url"), file.table.get("options", {})
    if not isinstance(url, str) or not url:
        file.flaw("url", 'phải có “url”, thí dụ url = "file:///mnt/kho-chung" hoặc "s3://kho/ban-quet".')
    elif (kind := fsspec.core.split_protocol(url)[0] or "file") not in fsspec.available_protocols():
        file.flaw("url", f"không biết loại kho “{kind}”.")
    if not isinstance(options, dict):
        file.flaw("options", "“options” phải là một bảng [options].")
    for key in sorted(set(file.table) - {"url", "options"}):
        file.flaw(key, f"không có mục “{key}”.")
    file.refuse_flaws()
    assert isinstance(url, str)
    return SharedStore(url, options)


def _kinds(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _hash_of(files: Any, path: str) -> str:
    with files.open(path, "rb") as copy:
        return sha256_of(copy)
