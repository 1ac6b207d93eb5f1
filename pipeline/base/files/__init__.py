"""Files for every room: atomic writing, SHA-256, and bounded reading of files by others."""

from pipeline.base.files.atomic import (
    TEMP_PREFIX,
    atomic_path,
    make_folder,
    remove_temporary_files,
    storage_errors,
    sync,
    temporary_path,
    write_atomically,
)
from pipeline.base.files.bounded import (
    MOST_BYTES,
    FileRefused,
    open_regular_file,
    parse_json,
    parse_toml,
    read_regular_file,
)
from pipeline.base.files.hashing import (
    BLOCK_BYTES,
    Recorded,
    file_blocks,
    nothing_recorded,
    sha256_and_size,
    sha256_of,
    sha256_of_file,
)
from pipeline.base.files.line_log import append_line, complete_lines
from pipeline.base.files.names import json_printable, printable
from pipeline.base.files.private import (
    OWNER_ONLY,
    UMASK_VARIABLE,
    chosen_umask,
    keep_files_private,
    make_read_only,
    read_private_file,
)

__all__ = [
    "BLOCK_BYTES",
    "FileRefused",
    "MOST_BYTES",
    "OWNER_ONLY",
    "Recorded",
    "TEMP_PREFIX",
    "UMASK_VARIABLE",
    "append_line",
    "atomic_path",
    "chosen_umask",
    "complete_lines",
    "file_blocks",
    "json_printable",
    "keep_files_private",
    "make_folder",
    "make_read_only",
    "nothing_recorded",
    "open_regular_file",
    "parse_json",
    "parse_toml",
    "printable",
    "read_private_file",
    "read_regular_file",
    "remove_temporary_files",
    "sha256_and_size",
    "sha256_of",
    "sha256_of_file",
    "storage_errors",
    "sync",
    "temporary_path",
    "write_atomically",
]
