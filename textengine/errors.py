"""Every error that textengine raises on purpose.

TextEngineError
├── UsageError                  the request cannot be carried out as it stands
│   ├── SourceError             a named source is missing, holds no text, or is not readable
│   ├── ConfigurationError      a recipe, an option or a setting is not valid
│   │   └── UnknownNameError    a name that nothing provides, or that two plugins provide
│   ├── OutputExistsError       the output is there already and was not to be replaced
│   └── MismatchError           a vocabulary and a text, or a build and the work found, do not belong together
├── RunError                    the request was valid and the run failed
│   ├── MalformedTextError      bytes that are not text in the given encoding
│   ├── WorkerLostError         a worker process died
│   ├── UnknownTokenError       a token outside a vocabulary that has no unknown token
│   └── BooksError              what went in and what came out do not balance
├── VocabError                  a vocabulary cannot be made, read or asked like this
├── PluginError                 a plugin cannot be loaded or broke a rule of its hook
│   └── ComponentError          a component failed on a record
└── DamagedError                an artifact on disk is not what its manifest says

KeyboardInterrupt
└── BuildInterrupted            an interrupt, with what has become of the build

The library raises these and nothing else for mistakes that it knows; the command line turns them into
one line and an exit status (``textengine.cli.exits``).
"""

from __future__ import annotations

from collections.abc import Iterable


class TextEngineError(Exception):
    """Base of all errors raised by textengine. ``str(error)`` is one line: what, where, what to do."""


class UsageError(TextEngineError):
    """The request cannot be carried out as it stands; nothing was read or written."""


class SourceError(UsageError):
    """A named source is missing, holds no text, or cannot be read."""


class ConfigurationError(UsageError):
    """A recipe, a component's option or a setting is not valid."""


class UnknownNameError(ConfigurationError):
    """A name that nothing provides, or a bare name that two plugins provide."""


class OutputExistsError(UsageError):
    """The output directory holds something that was not to be replaced."""


class MismatchError(UsageError):
    """A vocabulary belongs to text that another pipeline tokenized, or unfinished work to another build."""


class RunError(TextEngineError):
    """The request was valid; the run could not be finished. Nothing was committed."""


class MalformedTextError(RunError):
    """Bytes that are not text in the given encoding.

    Attributes: ``source`` (name), ``offset`` (byte offset in the source of the first bad byte).
    """

    def __init__(self, source: str, offset: int, reason: str) -> None:
        self.source, self.offset, self.reason = source, offset, reason
        super().__init__(
            f"{source}: {reason} at byte {offset}; name the right --encoding, or accept replacement "
            f"characters with --errors replace"
        )

    def __reduce__(self) -> tuple[type, tuple[str, int, str]]:
        return type(self), (self.source, self.offset, self.reason)


class WorkerLostError(RunError):
    """A worker process died, and took its work with it."""


class UnknownTokenError(RunError, KeyError):
    """A token is not in the vocabulary, and the vocabulary has no unknown token to stand for it."""

    def __init__(self, token: str, where: str = "") -> None:
        self.token, self.where = token, where
        super().__init__(
            f"token {token!r}{where and ' in '}{where} is not in the vocabulary, "
            f"which has no unknown token to stand for it"
        )

    __str__ = Exception.__str__  # KeyError's would quote the sentence

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.token, self.where)


class BooksError(RunError):
    """Records, bytes or tokens were lost or invented; the build is refused."""


class VocabError(TextEngineError, ValueError):
    """A vocabulary cannot be made, read or asked like this."""


class PluginError(TextEngineError):
    """A plugin cannot be loaded, or broke a rule of its hook."""


class ComponentError(PluginError):
    """A component failed. Names the plugin, its version, the component and, where known, the record.

    Attributes: ``plugin``, ``version``, ``kind``, ``component``, ``source`` (name or None), ``record``
    (index in the source, from 0, or None), ``offset`` (byte offset of that record in the source, or None)
    and ``reason`` (the original error as ``Type: message``). In the same process the original is
    ``__cause__``; across processes only its text travels, because not every exception can be pickled.
    """

    def __init__(
        self,
        reason: str,
        *,
        plugin: str,
        version: str,
        kind: str,
        component: str,
        source: str | None = None,
        record: int | None = None,
        offset: int | None = None,
    ) -> None:
        self.reason, self.plugin, self.version = reason, plugin, version
        self.kind, self.component = kind, component
        self.source, self.record, self.offset = source, record, offset
        super().__init__(reason)

    def __str__(self) -> str:
        where = ""
        if self.record is not None:
            where = f" on record {self.record} (counted from 0)"
        if self.source is not None:
            where += f" of {self.source}" if where else f" on {self.source}"
        if self.offset is not None:
            where += f", byte {self.offset}"
        return f"plugin {self.plugin} {self.version}: {self.kind} {self.component!r} failed{where}: {self.reason}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_component_error, (self.reason, self.__dict__.copy())


def _rebuild_component_error(reason: str, state: dict[str, object]) -> ComponentError:
    error = ComponentError.__new__(ComponentError, reason)
    error.__dict__.update(state)
    return error


class DamagedError(TextEngineError):
    """An artifact on disk is not what its manifest says. The message names the file."""


class BuildInterrupted(KeyboardInterrupt):
    """The user interrupted a build whose finished shards were kept. ``str(error)`` says how to go on."""


def shortened(text: str, longest: int = 60) -> str:
    """Return a text as a message quotes it: of a long one, the beginning, `longest` characters in all."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def suggest(name: str, known: Iterable[str], then: str = "") -> str:
    """Return the end of a sentence: the known name nearest to `name`, if one is near, and `then` ("known: a, b")."""
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    if not near:
        return f"; {then}" if then else ""
    return f"; did you mean {near[0]!r}?" + (f" {then[0].upper()}{then[1:]}" if then else "")
