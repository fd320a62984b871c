"""From what a user names - a model or a preset, and settings - to a model and its training, both with their options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from textengine.components import Bound, Component
from textengine.errors import ConfigurationError, UnknownNameError, suggest
from textengine.recipe.options import bind, option_fields
from textengine_seqmodel.contract import MODEL
from textengine_seqmodel.presets import PRESETS
from textengine_seqmodel.train.options import Budget, Training

if TYPE_CHECKING:
    from textengine.plugin.registry import Registry

DEFAULT_MODEL = "lstm"
_TRAINING = Component("settings", "training", "textengine-seqmodel", "", Training)


@dataclass(frozen=True)
class Plan:
    """What is to be trained, and how. training is None, and budget with it, for a model that counts."""

    model: Bound
    training: Training
    budget: Budget
    seed: int

    def configuration(self, counted: bool, precision: str) -> dict[str, Any]:
        """Return all that a run's result depends on beside the corpus, as JSON."""
        found: dict[str, Any] = {
            "model": self.model.component.qualified,
            "options": dict(self.model.options),
            "training": {name: getattr(self.training, name) for name in ("train_tokens", "direction", "validate")},
        }
        if counted:
            return found
        training = {**asdict(self.training), "precision": precision}
        return {**found, "training": training, "budget": asdict(self.budget), "seed": self.seed}


def plan(
    name: str,
    settings: Mapping[str, Any],
    registry: Registry,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    seed: int = 0,
) -> Plan:
    """Return the plan for the model or preset `name`.

    settings: option -> value, of the model or of training; ``model.NAME`` and ``training.NAME`` where both have one.
    Raises UnknownNameError and ConfigurationError, which suggest what was meant.
    """
    preset = PRESETS.get(name)
    component = find_model(preset.model if preset else name, registry)
    options, training = dict(preset.options if preset else {}), dict(preset.training if preset else {})
    fields = {"model": option_fields(component), "training": option_fields(_TRAINING)}
    for key, value in settings.items():
        kind, option = _place(key, fields, component)
        (options if kind == "model" else training)[option] = value
    if preset and epochs is steps is minutes is None:
        epochs = preset.epochs
    if not 0 <= seed < 2**63:
        raise ConfigurationError(f"--seed must be 0 to {2**63 - 1}, not {seed}")
    trained: Training = bind(_TRAINING, training).call
    return Plan(bind(component, options), trained, trained(epochs, steps, minutes), seed)


def find_model(name: str, registry: Registry) -> Component:
    """Return the model of that name. Raises UnknownNameError, which names the nearest model or preset."""
    near = suggest(name, [*registry.names(MODEL), *PRESETS])
    try:
        return registry.get(MODEL, name)
    except UnknownNameError as error:
        if any(repr(preset) in near for preset in PRESETS):
            raise UnknownNameError(f"no model is named {name!r}{near}") from None
        raise UnknownNameError(f"{error}; presets: {', '.join(PRESETS)}") from None


def _place(key: str, fields: Mapping[str, Mapping[str, Any]], component: Component) -> tuple[str, str]:
    """Return (model or training, option) for the key of a setting."""
    kind, dot, option = key.partition(".")
    if dot and kind in fields:
        return kind, option
    for kind, known in fields.items():
        if key in known:
            return kind, key
    names = [*fields["model"], *fields["training"]]
    there = f"the model: {', '.join(fields['model']) or 'none'}; training: {', '.join(fields['training'])}"
    raise ConfigurationError(
        f"neither the model {component.name!r} nor its training has an option {key!r}{suggest(key, names, there)}"
    )
