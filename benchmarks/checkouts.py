"""Another revision of the code beside this one, so that both read the same pages."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def commit_of(reference: str) -> str:
    """Return the commit that a git reference names.

    Raises:
        SystemExit: There is no such reference.
    """
    try:
        return _git("rev-parse", "--verify", f"{reference}^{{commit}}")
    except subprocess.CalledProcessError:
        raise SystemExit(f"không có bản nào tên {reference}") from None


def last_release() -> str | None:
    """Return the tag of the last release before this revision; ``None`` without an earlier release."""
    try:
        return _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^")
    except subprocess.CalledProcessError:
        return None


@contextmanager
def checkout_of(commit: str) -> Iterator[Path]:
    """Give the folder of a checkout of a commit; it is removed again."""
    with tempfile.TemporaryDirectory(prefix="hotich-checkout-") as above:
        folder = Path(above) / commit[:12]
        _git("worktree", "add", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()
