"""Reading a column of a CSV file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from textengine.errors import SourceError
from textengine_seqmodel import read_series


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test's file is."""
    return tmp_path / "sales.csv"


class TestRead:
    @pytest.mark.parametrize(
        ("text", "column"),
        [
            ("day,sold\n1,2.5\n2,-3\n", "sold"),
            ("sold\n2.5\n-3\n", None),
            ("sold;day\n2.5;1\n-3;2\n\n\n", "sold"),
            ("day\tsold\r\n1\t2.5\r\n2\t-3e0\r\n", "sold"),
            ('"day, of month", sold \n"1",2.5\n"2", -3\n', "sold"),
            ("\ufeffsold,day\n2.5,1\n-3,2\n", "sold"),
        ],
    )
    def test_forms(self, file: Path, text: str, column: str | None) -> None:
        """Separators, quotation marks, a byte order mark, blank lines at the end: the numbers are the same."""
        file.write_bytes(text.encode())
        assert [2.5, -3.0] == read_series(file, column).tolist()
        assert np.float64 == read_series(file, column).dtype


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "column", "message"),
        [
            ("a,b\n1,2\n3,\n", "b", "sales.csv, row 3, column 'b': there is no value; a series has no gaps"),
            ("a,b\n1,2\n3\n", "b", "sales.csv, row 3, column 'b': there is no value"),
            ("a\n1\n\n2\n", "a", "sales.csv, row 3, column 'a': there is no value"),
            ("a,b\n1,2\n3,four\n", "b", "sales.csv, row 3, column 'b': 'four' is no finite number"),
            ("a\nnan\n", "a", "row 2, column 'a': 'nan' is no finite number"),
            ("a\n1e999\n", "a", "row 2, column 'a': '1e999' is no finite number"),
            ("a\n1_000\n", "a", "row 2, column 'a': '1_000' is no finite number"),
            ('a\n"1,5"\n', "a", "row 2, column 'a': '1,5' is no finite number; write numbers as 1234.5"),
            ("a,b\n1,2,3\n", "b", "row 2, column 'b': the row has 3 cells and the first row has 2"),
            ("price,sold\n1,2\n", "prise", "no column is named 'prise'; did you mean 'price'? There is: price, sold"),
            ("a,b\n1,2\n", None, "sales.csv has 2 columns, so name one with --column; there is: a, b"),
            ("a,a\n1,2\n", "a", "sales.csv, row 1: 2 columns are named 'a'"),
            ("1,2\n3,4\n", "1", "sales.csv, row 1: it holds numbers; the first row must name the columns"),
            ("", "a", "sales.csv: the file is empty"),
            ("\n\n", "a", "sales.csv: the file is empty"),
            ("a\n", "a", "sales.csv: there is no row below the names of the columns"),
            ('a\n"1\n', "a", "sales.csv: not a CSV file"),
        ],
    )
    def test_content(self, file: Path, text: str, column: str | None, message: str) -> None:
        """What is no series is refused with file, row and column."""
        file.write_text(text)
        with pytest.raises(SourceError) as caught:
            read_series(file, column)
        assert message in str(caught.value)

    def test_missing(self, file: Path) -> None:
        """So is a file that is not there, or that is a folder."""
        with pytest.raises(SourceError, match="sales.csv: No such file"):
            read_series(file)
        file.mkdir()
        with pytest.raises(SourceError, match="sales.csv: Is a directory"):
            read_series(file)

    def test_bytes(self, file: Path) -> None:
        """So are bytes that are not UTF-8, with their place."""
        file.write_bytes(b"a\n1\n\xff\n")
        with pytest.raises(SourceError, match="sales.csv: invalid start byte at byte 4; save the file as UTF-8"):
            read_series(file)
