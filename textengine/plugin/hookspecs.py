"""The hooks of textengine. A plugin implements those that it needs, marked with ``textengine.hookimpl``.

Every hook takes no argument and returns a mapping from a name to a component. Names are lower-case letters,
digits, dots, dashes and underscores; the same name in another distribution is no clash until somebody uses it
bare (the qualified name ``distribution/name`` always works). A hook is called when its kind is first looked up, at
most once an engine, in the process that plans the work; it must have no side effect, and should import what the
components need only when it is called, because ``textengine --help`` imports every plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

PROJECT = "textengine"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

# -- Reading: sources -> records ----------------------------------------------------------------------------


@hookspec
def textengine_datasets() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide named texts that can be fetched.

    Returns name -> dataset: ``dataset(cache: Path) -> list[Path]`` returns verified files, fetching them into the
    folder `cache` where they are missing. Asked when a bare word is given as a source. Importing or listing a
    dataset must not touch the network.
    """


@hookspec
def textengine_loaders() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide ways to read records from a source.

    Returns name -> loader: ``loader(source: Source) -> Iterable[str]`` yields records; with ``plan`` and ``read``
    it is read in parallel. ``suffixes`` names the file endings for which it is chosen without ``--loader``.
    """


# -- Text: record -> tokens ---------------------------------------------------------------------------------


@hookspec
def textengine_normalizers() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide changes of a record.

    Returns name -> normalizer: ``normalizer(text: str) -> str``, a pure function of one record.
    """


@hookspec
def textengine_tokenizers() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide ways to cut a record into tokens.

    Returns name -> tokenizer: ``tokenizer(text: str) -> list[str]``, a pure function of one record; its attribute
    ``joiner`` is the string that decoding puts between tokens.
    """


# -- Ids: counts -> vocabulary ------------------------------------------------------------------------------


@hookspec
def textengine_vocab_builders() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide ways to choose and number the tokens of a vocabulary.

    Returns name -> builder: ``builder(counts: Counts) -> Vocab``. `counts` iterates in first-appearance order over
    the whole input, so a rule for ties can be exact.
    """


# -- Running ------------------------------------------------------------------------------------------------


@hookspec
def textengine_executors() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide ways to run the work on shards.

    Returns name -> factory: ``factory(workers: int) -> concurrent.futures.Executor``. The corpus must not depend on
    it. A factory whose tasks leave the process declares ``in_process = False``.
    """


# -- After the corpus ---------------------------------------------------------------------------------------


@hookspec
def textengine_exporters() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide ways to write a corpus in another format.

    Returns name -> exporter: ``exporter(corpus: Corpus, path: Path) -> None``, which proves that what it wrote
    reads back to the same ids.
    """


@hookspec
def textengine_recipes() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Provide named recipes.

    Returns name -> the recipe as TOML text, as ``textengine recipes d2l`` prints one. Name components by their
    qualified names, so that no other plugin can change what the recipe means.
    """


@hookspec
def textengine_commands() -> Mapping[str, click.Command]:  # type: ignore[empty-body]
    """Provide commands for the command line.

    Returns name -> click command. Asked only when the command line is built.
    """


# -- Hooks of hooks -----------------------------------------------------------------------------------------


@hookspec
def textengine_hookspecs() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Specify further hooks, which other plugins may then implement.

    Returns hook name -> a function that has the hook's signature, no arguments, and its documentation. What
    plugins return for it is looked up by the hook's name, as one more kind of component. Called while plugins are
    loaded.
    """
