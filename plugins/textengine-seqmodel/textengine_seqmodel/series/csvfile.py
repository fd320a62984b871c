"""Reading one column of a CSV file as a series. A gap or a text is refused with its place, never filled or skipped."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textengine.errors import SourceError, suggest

_DELIMITERS = ",;\t"


def read_series(path: str | os.PathLike[str], column: str | None = None) -> NDArray[np.float64]:
    """Return the column named `column` of a CSV file as float64 of shape (rows,).

    The file is UTF-8; its first row names the columns, and whichever of comma, semicolon and tab is the most frequent
    there separates them. `column` may be left out where there is only one. Rows are counted as a spreadsheet does: the
    names are row 1.

    Raises SourceError if the file cannot be read, the column is missing, or a cell of it holds no finite number; the
    message names file, row and column, or the byte that is not UTF-8.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: {error.reason} at byte {error.start}; save the file as UTF-8") from None
    rows = _rows(path, text)
    names = next(rows, [])
    place = _place(path, names, column)
    values = [_number(path, number, names, row, place) for number, row in enumerate(rows, 2)]
    if not values:
        raise SourceError(f"{path}: there is no row below the names of the columns, so the series is empty")
    return np.array(values, dtype=np.float64)


def _rows(path: Path, text: str) -> Iterator[list[str]]:
    lines = text.rstrip().splitlines(keepends=True)
    delimiter = max(_DELIMITERS, key=lines[0].count) if lines else ","
    try:
        yield from csv.reader(lines, delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise SourceError(f"{path}: not a CSV file: {error}") from error


def _place(path: Path, names: list[str], column: str | None) -> int:
    """Return which column is meant."""
    names = [name.strip() for name in names]
    if not any(names):
        raise SourceError(f"{path}: the file is empty; its first row must name the columns")
    if all(_is_number(name) for name in names):
        raise SourceError(f"{path}, row 1: it holds numbers; the first row must name the columns")
    there = f"there is: {', '.join(names)}"
    if column is None:
        if len(names) > 1:
            raise SourceError(f"{path} has {len(names)} columns, so name one with --column; {there}")
        return 0
    if column not in names:
        raise SourceError(f"{path}: no column is named {column!r}{suggest(column, names, there)}")
    if names.count(column) > 1:
        raise SourceError(f"{path}, row 1: {names.count(column)} columns are named {column!r}; rename all but one")
    return names.index(column)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(path: Path, number: int, names: list[str], row: list[str], place: int) -> float:
    """Return the value of one cell."""
    where = f"{path}, row {number}, column {names[place].strip()!r}"
    cell = row[place].strip() if place < len(row) else ""
    if not cell:
        raise SourceError(f"{where}: there is no value; a series has no gaps, so fill it in or cut the file there")
    if len(row) != len(names):
        raise SourceError(f"{where}: the row has {len(row)} cells and the first row has {len(names)}; mend the row")
    value = float(cell) if _is_number(cell) and "_" not in cell else math.nan
    if not math.isfinite(value):
        raise SourceError(f"{where}: {cell[:40]!r} is no finite number; write numbers as 1234.5")
    return value
