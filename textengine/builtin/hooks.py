"""The built-in plugin's hooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from textengine import hookimpl

Components = Mapping[str, Callable[..., Any]]


@hookimpl
def textengine_datasets() -> Components:
    from textengine.builtin.datasets.sample import Sample
    from textengine.builtin.datasets.time_machine import TimeMachine

    return {"time-machine": TimeMachine, "sample": Sample}


@hookimpl
def textengine_loaders() -> Components:
    from textengine.builtin.loaders.text import TextLoader

    return {"text": TextLoader}


@hookimpl
def textengine_normalizers() -> Components:
    from textengine.builtin.normalizers.ascii_letters import AsciiLetters
    from textengine.builtin.normalizers.casefold import Casefold
    from textengine.builtin.normalizers.collapse_whitespace import CollapseWhitespace
    from textengine.builtin.normalizers.lowercase import Lowercase
    from textengine.builtin.normalizers.nfc import NFC
    from textengine.builtin.normalizers.nfd import NFD
    from textengine.builtin.normalizers.nfkc import NFKC
    from textengine.builtin.normalizers.nfkd import NFKD
    from textengine.builtin.normalizers.replace import Replace
    from textengine.builtin.normalizers.strip import Strip
    from textengine.builtin.normalizers.strip_accents import StripAccents

    return {
        "ascii-letters": AsciiLetters,
        "lowercase": Lowercase,
        "casefold": Casefold,
        "strip": Strip,
        "collapse-whitespace": CollapseWhitespace,
        "nfc": NFC,
        "nfd": NFD,
        "nfkc": NFKC,
        "nfkd": NFKD,
        "strip-accents": StripAccents,
        "replace": Replace,
    }


@hookimpl
def textengine_tokenizers() -> Components:
    from textengine.builtin.tokenizers.char import CharTokenizer
    from textengine.builtin.tokenizers.pattern import PatternTokenizer
    from textengine.builtin.tokenizers.word import WordTokenizer

    return {"word": WordTokenizer, "char": CharTokenizer, "pattern": PatternTokenizer}


@hookimpl
def textengine_vocab_builders() -> Components:
    from textengine.builtin.vocabularies.frequency import FrequencyBuilder
    from textengine.builtin.vocabularies.sorted import SortedBuilder

    return {"frequency": FrequencyBuilder, "sorted": SortedBuilder}


@hookimpl
def textengine_executors() -> Components:
    from textengine.builtin.executors.processes import Processes
    from textengine.builtin.executors.serial import Serial
    from textengine.builtin.executors.threads import Threads

    return {"serial": Serial, "threads": Threads, "processes": Processes}


@hookimpl
def textengine_recipes() -> Mapping[str, str]:
    folder = Path(__file__).with_name("recipes")
    names = ("d2l", "d2l-1.0", "nanogpt-char")
    return {name: (folder / f"{name}.toml").read_text(encoding="utf-8") for name in names}
