import hashlib
import io
from pathlib import Path

from pipeline.base.files import BLOCK_BYTES, file_blocks, sha256_and_size, sha256_of, sha256_of_file

CONTENT = b"so ho tich" * (BLOCK_BYTES // 5)


def test_a_file_a_stream_and_blocks_have_one_hash(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(CONTENT)
    expected = hashlib.sha256(CONTENT).hexdigest()
    assert sha256_of_file(path) == sha256_of(io.BytesIO(CONTENT)) == expected
    assert sha256_and_size(file_blocks(path)) == (expected, len(CONTENT))
    assert max(map(len, file_blocks(path))) == BLOCK_BYTES


def test_only_the_rest_of_a_stream_is_hashed() -> None:
    stream = io.BytesIO(CONTENT)
    stream.seek(4)
    assert sha256_of(stream) == hashlib.sha256(CONTENT[4:]).hexdigest()
