"""The second pass: what it refuses to write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from textengine.build.storage import Keeper
from textengine.build.write import ChunkJob, TokenPiece, write_chunk


@pytest.mark.parametrize("kernels", [False, True])
@pytest.mark.parametrize("stored", [False, True])
def test_a_local_id_that_has_no_final_one(tmp_path: Path, kernels: bool, stored: bool) -> None:
    """It is an error, as it can only come of a damaged work folder, and never another token in silence."""
    keeper = Keeper(str(tmp_path) if stored else None, "ids")
    keeper.append(np.array([0, 1, 3, 2], np.uint8))
    piece = TokenPiece(0, keeper.close(), 0, 4, np.array([2, 0, 1], np.uint8), None)
    (tmp_path / "tokens.npy").write_bytes(b"")
    place = (str(tmp_path / "tokens.npy"), 0) if stored else None
    with pytest.raises(IndexError, match="3"):
        write_chunk(ChunkJob([piece], np.dtype(np.uint8), place, b"", kernels))
