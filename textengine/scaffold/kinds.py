"""The kinds of projects: for each, which hook its component is for, and where the templates have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textengine.components import Kind

MODELS_HOOK = "seqmodel_models"
MODELS_PROJECT = "textengine-seqmodel"


@dataclass(frozen=True)
class ProjectKind:
    """A kind of project.

    kind: what the registry calls the component, a Kind or the hook of another plugin. file and symbol: the module and
    the name of the component in it. title: a sentence without its full stop. requires: further distributions that the
    component imports. data: a pattern of files that the package holds beside its code.
    """

    kind: str
    file: str
    symbol: str
    title: str
    requires: tuple[str, ...] = ()
    data: str = ""

    @property
    def hook(self) -> str:
        """The name of the hook that provides the component."""
        return self.kind.hook if isinstance(self.kind, Kind) else self.kind

    @property
    def noun(self) -> str:
        """What the component is called in a sentence."""
        return {Kind.DATASET: "data set", MODELS_HOOK: "model"}.get(self.kind, str(self.kind))


# as --kind names them, in the order in which text meets them -> the kind
PROJECTS: Mapping[str, ProjectKind] = {
    "tokenizer": ProjectKind(
        Kind.TOKENIZER, "tokenizer", "PunctuationTokenizer",
        "A tokenizer for textengine: words, and punctuation marks as tokens of their own",
    ),
    "normalizer": ProjectKind(
        Kind.NORMALIZER, "normalizer", "MaskDigits",
        "A normalizer for textengine: all digits as one character, so that numbers of a length are equal",
    ),
    "loader": ProjectKind(
        Kind.LOADER, "loader", "TabSeparated",
        "A loader for textengine: records from a column of tab-separated values",
    ),
    "dataset": ProjectKind(
        Kind.DATASET, "dataset", "BundledText",
        "A data set for textengine: a short text that comes with the plugin",
        data="*.txt",
    ),
    "vocab-builder": ProjectKind(
        Kind.VOCAB_BUILDER, "vocab_builder", "Alphabetical",
        "A vocabulary builder for textengine: the unknown token, then all others in the order of their characters",
    ),
    "executor": ProjectKind(
        Kind.EXECUTOR, "executor", "CappedThreads",
        "An executor for textengine: threads, never more than a few, however many workers are asked for",
    ),
    "exporter": ProjectKind(
        Kind.EXPORTER, "exporter", "JsonExporter",
        "An exporter for textengine: a corpus as one JSON file",
    ),
    "command": ProjectKind(
        Kind.COMMAND, "command", "longest",
        "A command for textengine: the longest tokens of a corpus",
        requires=("click>=8.1",),
    ),
    "model": ProjectKind(
        MODELS_HOOK, "model", "Bigram",
        "A language model for textengine: each token by the one before it, counted",
        requires=(MODELS_PROJECT, "numpy>=1.26"),
    ),
}  # fmt: skip
