"""The checks by kind: run at once, or made into tests of pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textengine.components import Kind
from textengine.engine import Engine
from textengine.errors import ConfigurationError, suggest
from textengine.testing import executors, exporters, hooks, loaders, normalizers, tokenizers, vocab_builders
from textengine.testing.check import Check, property_of
from textengine.testing.subject import Subject

if TYPE_CHECKING:
    import pytest

CHECKED: Mapping[Kind, tuple[Callable[[Subject], None], ...]] = {
    Kind.LOADER: loaders.CHECKS,
    Kind.NORMALIZER: normalizers.CHECKS,
    Kind.TOKENIZER: tokenizers.CHECKS,
    Kind.VOCAB_BUILDER: vocab_builders.CHECKS,
    Kind.EXECUTOR: executors.CHECKS,
    Kind.EXPORTER: exporters.CHECKS,
}


def checks_of(kind: Kind, component: Any, options: Mapping[str, Any] | None = None, **further: Any) -> list[Check]:
    """Return the checks of a component: a class, a function, an instance, or as it is registered.

    An instance of a dataclass stands for its class with its options. sample: a file that a loader reads.
    read: path -> ids, reads what an exporter writes.
    """
    subject = Subject.of(kind, component, options or {}, **further)
    return [Check(property_of(function), str(subject), function, subject) for function in CHECKED[kind]]


def check_loader(loader: Any, *, sample: str | Path | None = None, **options: Any) -> None:
    """Check a loader. sample: a file that it reads, where that is not plain text. Raises CheckError."""
    _run(checks_of(Kind.LOADER, loader, options, sample=sample))


def check_normalizer(normalizer: Any, **options: Any) -> None:
    """Check a normalizer, made with `options`. Raises CheckError."""
    _run(checks_of(Kind.NORMALIZER, normalizer, options))


def check_tokenizer(tokenizer: Any, **options: Any) -> None:
    """Check a tokenizer, made with `options`. Raises CheckError."""
    _run(checks_of(Kind.TOKENIZER, tokenizer, options))


def check_vocab_builder(builder: Any, **options: Any) -> None:
    """Check a vocabulary builder, made with `options`. Raises CheckError."""
    _run(checks_of(Kind.VOCAB_BUILDER, builder, options))


def check_executor(factory: Any, **options: Any) -> None:
    """Check an executor, made with `options`. Raises CheckError."""
    _run(checks_of(Kind.EXECUTOR, factory, options))


def check_exporter(exporter: Any, *, read: Callable[[Path], Iterable[int]] | None = None, **options: Any) -> None:
    """Check an exporter. read: path -> ids, where it has no method ``read`` of its own. Raises CheckError."""
    _run(checks_of(Kind.EXPORTER, exporter, options, read=read))


def check_hooks(module: Any) -> None:
    """Check a plugin's hooks: a module, a module's dotted name, or a plugin object. Raises CheckError."""
    _run(hook_checks(module))


def hook_checks(module: Any) -> list[Check]:
    """Return the checks of a plugin's hooks alone."""
    subject = hooks.Hooks.of(module)
    return [Check(property_of(function), str(subject), function, subject) for function in hooks.CHECKS]


def parametrize_with_checks(
    *plugins: Any, options: Mapping[str, Mapping[str, Any]] | None = None, **components: Any
) -> pytest.MarkDecorator:
    """Return a decorator that runs a test once for each check; the test takes `check` and calls it.

    plugins: modules of hooks, of which the hooks and every component are checked. options: component's name -> the
    options to make it with, where it needs some. components: by kind, as in ``tokenizer=Separated`` or
    ``normalizer=[swap, Replace("a", "b")]``; an instance brings its options.
    """
    import pytest

    checks = [check for plugin in plugins for check in plugin_checks(plugin, options or {})]
    kinds = {kind.hook.removeprefix("textengine_").removesuffix("s"): kind for kind in CHECKED}
    for name, given in components.items():
        if name not in kinds:
            raise ConfigurationError(f"{name!r} is no kind that has checks{suggest(name, kinds)}")
        for component in given if isinstance(given, list | tuple) else [given]:
            checks += checks_of(kinds[name], component)
    return pytest.mark.parametrize("check", [pytest.param(check, id=check.id) for check in checks])


def plugin_checks(plugin: Any, options: Mapping[str, Mapping[str, Any]]) -> list[Check]:
    """Return the checks of a plugin's hooks and of each component that it provides."""
    value = hooks.Hooks.of(plugin).value
    registry = Engine([("checked", value)]).registry
    [owner] = [item.distribution for item in registry.manager.plugins if item.value is value]
    return hook_checks(value) + [
        check
        for kind in CHECKED
        for component in registry.all(kind)
        if component.distribution == owner
        for check in checks_of(kind, component, options.get(component.name))
    ]


def _run(checks: Iterable[Check]) -> None:
    for check in checks:
        check()
