"""The methods that a bench compares: samplers, losses, decisions and ways of training, and combinations of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.imbalance import DECISIONS, LOSSES, SAMPLERS, make_decision, make_loss, make_sampler
from evenvoice.recipes import Recipe, open_recipe, read_yaml

NONE = "none"
"""The method that every other is compared with: no sampler, plain cross entropy, no decision."""

KINDS = ("samplers", "losses", "decisions", "training")
PLAIN = {"samplers": "none", "losses": "cross-entropy", "decisions": "none", "training": "shuffled"}
SECTIONS = {"samplers": "balance", "losses": "loss", "decisions": "decision", "training": "training"}
"""Where a recipe names them."""

TRAINING: dict[str, dict[str, Any]] = {
    "shuffled": {"batches": "shuffled", "retrain": None},
    "balanced-batches": {"batches": "balanced"},
    "retrain": {"retrain": {"balance": "random-over"}},
    "retrain-smote": {"retrain": {"balance": "smote"}},
    "retrain-eos": {"retrain": {"balance": "eos"}},
    "retrain-mixup": {"retrain": {"balance": "mixup"}},
}
"""Ways to train a network: what each sets in a recipe's training. Retraining learns the last layer again, on balanced
embeddings (Kang et al. 2020)."""

_WORD = {"samplers": "sampler", "losses": "loss", "decisions": "decision", "training": "training"}
_REGISTRIES = {"samplers": SAMPLERS, "losses": LOSSES, "decisions": DECISIONS, "training": TRAINING}


@dataclass(frozen=True)
class Part:
    """A sampler, a loss, a decision or a way of training, with its options.

    Attributes:
        kind: One of `KINDS`.
        name: As registered, or ``package.module:Class``.
        options: Of its class; a way of training has none.
    """

    kind: str
    name: str
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def section(self) -> dict[str, Any]:
        """As a recipe writes it."""
        if self.kind == "training":
            return TRAINING[self.name]
        return {"name": self.name, "options": dict(self.options)} if self.options else {"name": self.name}


@dataclass(frozen=True)
class Method:
    """One way to handle imbalance: samplers one after the other, a loss, a decision and a way of training.

    `NONE` has no part.

    Attributes:
        name: What the user wrote.
        parts: What it is made of.
    """

    name: str
    parts: tuple[Part, ...] = ()

    @property
    def changes(self) -> dict[str, Any]:
        """What it changes in a recipe, nested as a recipe is: all four sections, plain where it has no part."""
        sections = {kind: [part.section for part in self.parts if part.kind == kind] for kind in KINDS}
        training = [TRAINING["shuffled"], *sections.pop("training")]
        named = {
            SECTIONS[kind]: found if len(found) > 1 else (found or [{"name": PLAIN[kind]}])[0]
            for kind, found in sections.items()
        }
        return {**named, "training": {key: value for each in training for key, value in each.items()}}

    def of(self, recipe: Recipe) -> Recipe:
        """Return a recipe with this method and no other; it is called ``<recipe>+<method>``.

        Options that the recipe gives the same sampler or loss stay.

        Raises:
            EvenvoiceError: The method does not fit the recipe.

        Examples:
            >>> from evenvoice.recipes import open_recipe
            >>> found = open_method("smote").of(open_recipe("weighted-2dcnn"))
            >>> found.name, found.balance.name
            ('weighted-2dcnn+smote', 'smote')
        """
        about = {"name": self.name_in(recipe.name), "search": dict.fromkeys(recipe.search)}  # null: not searched
        return open_recipe(recipe, {**self.changes, **about})

    def name_in(self, recipe: str) -> str:
        """Return the name of a recipe with this method: its runs' folder, so of letters, digits and ``.+-_``.

        Examples:
            >>> open_method("smote(k_neighbors=3)+focal").name_in("2dcnn")
            '2dcnn+smote-k_neighbors-3+focal'
        """
        return f"{recipe}+{re.sub(r'[^a-zA-Z0-9_.+]+', '-', self.name).replace('-+', '+').strip('-')}"


def open_method(name: str) -> Method:
    """Return a method by name: a sampler, a loss, a decision, a way of training, or several joined by ``+``.

    Args:
        name: ``smote``, ``focal``, ``smote(k_neighbors=3)``, ``tomek+smote+focal``, ``balanced-batches``; ``none``
            for none of all.

    Raises:
        EvenvoiceError: A part is unknown, or there are two losses, two decisions or two retrainings.

    Examples:
        >>> [(part.kind, part.name) for part in open_method("tomek+smote+focal").parts]
        [('samplers', 'tomek'), ('samplers', 'smote'), ('losses', 'focal')]
        >>> open_method("smoet")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: method 'smoet' is unknown (did you mean 'smote'?); `evenvoice balance --list` \
shows all
    """
    if not isinstance(name, str):
        raise EvenvoiceError(f"method {shown(name)}: expected a name, such as smote")
    if name in PLAIN.values():
        return Method(NONE)
    parts = tuple(_part(text.strip(), name) for text in re.split(r"\+(?![^()]*\))", name))
    for kind in ("losses", "decisions"):
        of_kind = [part.name for part in parts if part.kind == kind]
        if len(of_kind) > 1:
            raise EvenvoiceError(
                f"method {name!r}: {' and '.join(of_kind)} are both {kind}; a recipe has one: leave one out"
            )
    retraining = [part.name for part in parts if part.kind == "training" and "retrain" in part.section]
    if len(retraining) > 1:
        raise EvenvoiceError(f"method {name!r}: {' and '.join(retraining)} both learn the last layer again; name one")
    return Method(name, parts)


def method_names(kind: str | None = None) -> list[str]:
    """Return the single methods, of one kind or of all, but for the plain ones.

    Examples:
        >>> "smote" in method_names(), "none" in method_names(), method_names("losses")[:2]
        (True, False, ['label-smoothing', 'weighted'])
    """
    kinds = [each for each in KINDS if kind in (None, each)]
    return [name for each in kinds for name in _REGISTRIES[each] if name != PLAIN[each]]


def open_methods(methods: str | Iterable[str] = "all") -> list[Method]:
    """Return the methods asked for, `NONE` first, each once.

    Args:
        methods: Names, in a list or in one text with commas between; ``all``, ``samplers``, ``losses``,
            ``decisions`` and ``training`` stand for many.

    Raises:
        EvenvoiceError: No method, or an unknown one.

    Examples:
        >>> [method.name for method in open_methods("smote, focal")]
        ['none', 'smote', 'focal']
    """
    if isinstance(methods, str):
        methods = re.split(r",(?![^()]*\))", methods)
    if not isinstance(methods, Iterable):
        raise EvenvoiceError(f"methods: found {shown(methods)}; expected names, such as 'smote,focal', or 'all'")
    names: list[str] = []
    for given in methods:
        name = given.strip() if isinstance(given, str) else given
        many: Sequence[str] = method_names() if name == "all" else method_names(name) if name in KINDS else [name]
        names += many
    found = [method for name in names if (method := open_method(name)).name != NONE]
    if not found:
        raise EvenvoiceError("methods: none but 'none'; name one at least to compare with it, such as smote, or all")
    return [Method(NONE), *dict.fromkeys(found)]


def kind_of(recipe: Mapping[str, Any]) -> str:
    """Return what a recipe's data does about imbalance, in a word.

    Examples:
        >>> kind_of({"balance": {"name": "smote"}, "loss": {"name": "focal"}})
        'combination'
        >>> kind_of({"balance": {"name": "none"}, "loss": {"name": "cross-entropy"}})
        'none'
    """
    found = [_WORD[kind] for kind, part in _parts_of(recipe) if part["name"] != PLAIN[kind]]
    return NONE if not found else found[0] if len(found) == 1 else "combination"


def name_of(recipe: Mapping[str, Any], suffix: str) -> str:
    """Return the name of a recipe's method: what follows the recipe's name, or, where options are in it, as written.

    Args:
        recipe: Its data.
        suffix: What `Method.name_in` put after the recipe's name.

    Examples:
        >>> name_of({"balance": {"name": "smote", "options": {"k_neighbors": 3}}}, "smote-k_neighbors-3")
        'smote(k_neighbors=3)'
    """
    try:
        return open_method(suffix).name
    except EvenvoiceError:
        pass
    parts = []
    for kind, part in _parts_of(recipe):
        options = ",".join(f"{option}={value}" for option, value in (part.get("options") or {}).items())
        if part["name"] != PLAIN[kind]:
            parts.append(part["name"] + (f"({options})" if options else ""))
    return "+".join(parts) or suffix


def replaced(recipe: Recipe, methods: Sequence[Method]) -> list[str]:
    """Say what of a recipe no method has, and what no method changes.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> replaced(open_recipe("smote-2dcnn"), open_methods("focal"))
        ['each method takes the place of its own smote; to compare that too, name it in methods']
        >>> replaced(open_recipe("smote-2dcnn"), open_methods("smote"))
        []
    """
    compared = {part.name for method in methods for part in method.parts}
    named = [part["name"] for kind, part in _parts_of(recipe.model_dump()) if part["name"] != PLAIN[kind]]
    own = "+".join(name for name in named if name not in compared)
    lines = []
    if own:
        lines.append(f"each method takes the place of its own {own}; to compare that too, name it in methods")
    if recipe.partners:
        names = ", ".join(partner.recipe.name for partner in recipe.partners)
        lines.append(f"methods change its own model, and not its partner{'s' * (len(recipe.partners) > 1)} {names}")
    return lines


def _parts_of(recipe: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what a recipe's data names, with its kind; plain parts too."""
    parts: list[tuple[str, Mapping[str, Any]]] = []
    for kind in ("samplers", "losses", "decisions"):
        named = recipe.get(SECTIONS[kind]) or {}
        parts += [
            (kind, {"name": PLAIN[kind], **each}) for each in (named if isinstance(named, list | tuple) else [named])
        ]
    training = recipe.get("training") or {}
    if training.get("batches") == "balanced":
        parts.append(("training", {"name": "balanced-batches"}))
    if training.get("retrain"):
        balance = training["retrain"].get("balance") or {}
        sampler = balance.get("name", "random-over") if isinstance(balance, Mapping) else "chain"
        parts.append(("training", {"name": "retrain" if sampler == "random-over" else f"retrain-{sampler}"}))
    return parts


def _part(text: str, method: str) -> Part:
    """Return one part of a method: ``smote`` or ``smote(k_neighbors=3)``."""
    found = re.fullmatch(r"([^()]+)(?:\(([^()]*)\))?", text)
    if found is None:
        raise EvenvoiceError(f"method {shown(method)}: found {shown(text)}; expected NAME or NAME(OPTION=VALUE, …)")
    options: list[tuple[str, Any]] = []
    for setting in (found[2] or "").split(","):
        option, equals, value = (each.strip() for each in setting.partition("="))
        if setting.strip() and not (option and equals):
            raise EvenvoiceError(f"method {shown(method)}: found {shown(setting)}; expected OPTION=VALUE")
        if option:
            if option in dict(options):
                raise EvenvoiceError(f"method {shown(method)}: {option} is given twice; give it once")
            try:
                options.append((option, read_yaml(value)))
            except yaml.YAMLError as error:
                raise EvenvoiceError(f"method {shown(method)}: {option}={value} is no value of YAML") from error
    part = Part(_kind_of(found[1].strip()), found[1].strip(), tuple(options))
    if options:
        _check_options(part)
    return part


def _check_options(part: Part) -> None:
    """Raise if a part cannot be made with its options."""
    options = dict(part.options)
    if part.kind == "training":
        raise EvenvoiceError(f"method {part.name!r} has no options here; say them in a recipe: training.retrain")
    if part.kind == "losses":
        make_loss(part.name, (1, 1), **options)
    else:
        (make_sampler if part.kind == "samplers" else make_decision)(part.name, **options)


def _kind_of(name: str) -> str:
    """Return which kind of part a name is; a class of another package is a sampler."""
    for kind in KINDS:
        if name in _REGISTRIES[kind] and name != PLAIN[kind]:
            return kind
    if ":" in name:
        SAMPLERS.check_known(name)
        return "samplers"
    near = nearest(name, method_names())
    raise EvenvoiceError(f"method {shown(name)} is unknown{near}; `evenvoice balance --list` shows all")
