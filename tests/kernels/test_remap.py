"""Looking final ids up: each kernel equals its plain definition on any text."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine.kernels.remap import PAIRED, narrowest, remap, remap_definition

DTYPES = [np.uint8, np.uint16, np.uint32]


class TestRemap:
    @given(st.sampled_from(DTYPES), st.sampled_from(DTYPES), st.data())
    def test_equals_its_definition(self, source: Any, target: Any, data: Any) -> None:
        """Look-ups give what indexing gives; an id past the table's end is an IndexError that names it."""
        table = data.draw(st.lists(st.integers(0, int(np.iinfo(target).max)), max_size=30))
        past = data.draw(st.booleans())
        ids = data.draw(st.lists(st.integers(0, max(len(table) - 1, 0) + 2 * past), max_size=70))
        try:
            expected = remap_definition(ids, table)
        except IndexError:
            with pytest.raises(IndexError, match="is not below"):
                remap(np.array(ids, source), np.array(table, target))
            return
        result = remap(np.array(ids, source), np.array(table, target))
        assert result.dtype == target
        assert expected == result.tolist()

    @pytest.mark.parametrize("size", [1, 2, 28, 255, 256, 300])
    @pytest.mark.parametrize("start", [0, 1])
    @pytest.mark.parametrize("more", [0, 1])
    def test_many_bytes(self, size: int, start: int, more: int) -> None:
        """Many bytes give the same, at odd addresses and in odd numbers too."""
        generator = np.random.default_rng(size)
        table = generator.integers(0, 256, size).astype(np.uint8)
        ids = generator.integers(0, min(size, 256), start + PAIRED + more).astype(np.uint8)[start:]
        assert table[ids].tolist() == remap(ids, table).tolist()

    @pytest.mark.parametrize("position", [0, PAIRED - 1, PAIRED])
    def test_many_bytes_one_of_which_is_no_index(self, position: int) -> None:
        """Among many bytes too, the one that is past the table's end is named."""
        ids = np.zeros(PAIRED + 1, np.uint8)
        ids[position] = 7
        with pytest.raises(IndexError, match=f"^id 7 at position {position} is not below 7"):
            remap(ids, np.zeros(7, np.uint8))

    def test_in_place(self) -> None:
        """The result may take the place of the ids."""
        ids = np.array([1, 0, 1], np.uint16)
        assert remap(ids, np.array([5, 6], np.uint16), ids) is ids
        assert ids.tolist() == [6, 5, 6]

    @pytest.mark.parametrize("dtype", [np.int64, np.float32, np.int8])
    def test_other_dtypes(self, dtype: type[np.generic]) -> None:
        """Nothing is converted in silence."""
        with pytest.raises(TypeError, match="uint8, uint16 or uint32"):
            remap(np.zeros(3, dtype), np.zeros(3, np.uint8))

    @pytest.mark.parametrize("out", [np.zeros(2, np.uint8), np.zeros(3, np.uint16), np.zeros(6, np.uint8)[::2]])
    def test_an_out_that_does_not_fit(self, out: np.ndarray) -> None:
        """`out` must be what would be returned."""
        with pytest.raises(ValueError, match="out"):
            remap(np.zeros(3, np.uint8), np.zeros(3, np.uint8), out)


@pytest.mark.parametrize(
    ("size", "dtype"), [(0, "u1"), (256, "u1"), (257, "u2"), (65536, "u2"), (65537, "u4"), (1 << 32, "u4")]
)
def test_narrowest(size: int, dtype: str) -> None:
    """The smallest dtype that holds the largest id, which is one less than the number of ids."""
    assert np.dtype(dtype) == narrowest(size)


def test_narrowest_of_too_many() -> None:
    """More ids than uint32 holds are an error, not a wrap."""
    with pytest.raises(OverflowError, match="uint32"):
        narrowest((1 << 32) + 1)
