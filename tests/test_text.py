"""Batches of records."""

from hypothesis import given
from hypothesis import strategies as st

from textengine.text import Batch


@given(st.lists(st.text(max_size=3), max_size=12), st.integers(1, 13), st.booleans())
def test_a_batch_is_split_into_its_records_in_order(texts: list[str], most: int, placed: bool) -> None:
    batch = Batch.from_texts(texts, replaced=7)
    if placed:
        batch = Batch(batch.buffer, batch.ends, batch.ends * 2, 7)
    parts = list(batch.split(most))
    assert [text for part in parts for text in part.texts()] == texts
    assert sum(part.replaced for part in parts) == 7
    for part in parts:
        assert len(part) <= most
        assert (int(part.ends[-1]) if len(part) else 0) == len(part.buffer)
    offsets = [offset for part in parts for offset in ([] if part.offsets is None else part.offsets.tolist())]
    assert offsets == ((batch.ends * 2).tolist() if placed else [])
