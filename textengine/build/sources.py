"""What a user names becomes sources: files, directories, globs, standard input, data sets."""

from __future__ import annotations

import glob
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textengine.components import Bound, Component, Kind, Source
from textengine.errors import SourceError, suggest
from textengine.plugin.registry import Registry, suffixes_of
from textengine.recipe.options import bind, option_fields
from textengine.recipe.pipeline import call

logger = logging.getLogger("textengine")

DEFAULT_LOADER = "textengine/text"
# What every recipe may say about reading; a loader that has no such option is read in its own way.
_COMMON = ("encoding", "errors", "records")


@dataclass(frozen=True)
class Input:
    """A source and the loader that reads it."""

    source: Source
    loader: Bound


class SourceFinder:
    """Finds sources and their loaders.

    loader: the loader for every source, or None to choose by suffix. options: for the loaders; `required` ones were
    asked for by the user, the others are a recipe's defaults and are left out where a loader does not have them.
    """

    def __init__(
        self,
        registry: Registry,
        cache: Path,
        loader: str | None,
        defaults: Mapping[str, Any],
        required: Mapping[str, Any],
    ) -> None:
        self._registry, self._cache = registry, cache
        self._loader = registry.get(Kind.LOADER, loader) if loader else None
        self._defaults, self._required = defaults, required
        self._bound: dict[str, Bound] = {}
        self._standard_input = False

    def find(self, names: Iterable[str | os.PathLike[str]]) -> list[Input]:
        """Return the inputs that `names` mean, in order. Raises SourceError and ConfigurationError."""
        return [Input(source, self._loader_for(source)) for name in names for source in self._sources(name)]

    def _sources(self, name: str | os.PathLike[str]) -> Iterator[Source]:
        text = os.fspath(name)
        if isinstance(name, str):
            if not text:
                raise SourceError("a source has an empty name; name a file, a directory, or - for standard input")
            if text == "-":
                if self._standard_input:
                    raise SourceError("standard input (-) is named twice, and can be read only once")
                self._standard_input = True
                yield Source("standard input", stream=sys.stdin.buffer)
                return
            if "://" in text:
                raise SourceError(f"{text}: addresses are not read; fetch it first, and name the file")
            dataset = self._dataset(text)
            if dataset is not None:
                for file in call(dataset, lambda: [Path(path) for path in dataset.call(self._cache)]):
                    yield Source(os.fspath(file), path=file)
                return
        path = Path(text)
        try:
            there = path.exists()
        except OSError as error:  # such as a name that is too long
            raise SourceError(f"{text}: {error.strerror}") from error
        if path.is_dir():
            yield from self._walk(path)
        elif there:
            yield Source(text, path=path)
        elif isinstance(name, str) and glob.has_magic(text):
            matches = sorted(glob.glob(text, recursive=True))  # noqa: PTH207 - the pattern may be absolute
            if not matches:
                raise SourceError(f"{text}: no file matches")
            for match in matches:
                yield from self._sources(Path(match))
        else:
            raise SourceError(self._missing(text))

    def _dataset(self, name: str) -> Bound | None:
        """Return the data set that a bare word, or a qualified name that is no path, means."""
        if name.count("/") > 1 or name.startswith(".") or (os.sep != "/" and os.sep in name):
            return None
        if "/" in name and Path(name).exists():
            return None
        found = self._registry.find(Kind.DATASET, name)
        return bind(self._registry.get(Kind.DATASET, name), {}) if found else None

    def _walk(self, folder: Path) -> Iterator[Source]:
        """Yield the files below `folder`, by path, that a loader reads; hidden ones are left out."""
        files = []
        for root, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            files += [Path(root, name) for name in names if not name.startswith(".")]
        files.sort(key=lambda path: path.relative_to(folder).parts)
        taken = [path for path in files if self._loader or self._registry.by_suffix(path.suffix)]
        if not taken:
            raise SourceError(
                f"{folder}: no file in it ends as text does ({', '.join(self._suffixes())}); name the files, "
                f"or choose a loader for all with --loader text"
            )
        if len(taken) < len(files):
            logger.warning("%s: %d of %d files left out: no loader for their suffix", folder,
                           len(files) - len(taken), len(files))  # fmt: skip
        for path in taken:
            yield Source(str(path), path=path)

    def _suffixes(self) -> list[str]:
        loaders = self._registry.all(Kind.LOADER)
        return sorted({suffix for loader in loaders for suffix in suffixes_of(loader)})

    def _missing(self, name: str) -> str:
        message = f"{name}: no such file or directory"
        if os.sep in name or "/" in name:
            return message
        datasets = self._registry.names(Kind.DATASET)
        hint = suggest(name, datasets, f"data sets: {', '.join(datasets)}")
        return f"{message}, and no data set of that name{hint}"

    def _loader_for(self, source: Source) -> Bound:
        component = self._loader
        if component is None and source.path is not None:
            component = self._registry.by_suffix(source.path.suffix)
        if component is None:
            component = self._registry.get(Kind.LOADER, DEFAULT_LOADER)
        if component.qualified not in self._bound:
            self._bound[component.qualified] = bind(component, self._options_for(component))
        return self._bound[component.qualified]

    def _options_for(self, component: Component) -> dict[str, Any]:
        own = option_fields(component)
        defaults = {name: value for name, value in self._defaults.items() if name in own or name not in _COMMON}
        return {**defaults, **self._required}


def sized(inputs: Iterable[Input], shard_size: int) -> list[Input]:
    """Return the inputs with `shard_size` as the size that the engine would like."""
    return [replace(item, source=replace(item.source, shard_size=shard_size)) for item in inputs]


def total_bytes(inputs: Iterable[Input]) -> int | None:
    """Return how many bytes the inputs hold, or None where that cannot be known before they are read."""
    total = 0
    for item in inputs:
        if item.source.path is None or not item.source.path.is_file():
            return None
        total += item.source.path.stat().st_size
    return total
