"""An experiment as a file: what ``evenvoice evaluate`` is asked for, in YAML, to be run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evenvoice.corpora import (
    Corpus,
    join_for_cross,
    leave_out,
    leave_out_of_both,
    open_corpus,
    options_taken,
    with_path,
)
from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.files import writing
from evenvoice.options import Settings
from evenvoice.protocols import SELECT_ON_TEST, open_protocol
from evenvoice.recipes import DEFAULT_RECIPE, Recipe, joined, open_recipe, read_yaml
from evenvoice.study.arguments import default_protocol
from evenvoice.study.grid import evaluate
from evenvoice.study.relative import for_file, from_file, relative
from evenvoice.study.results import Study

# What is written for an experiment, in the folder of its study.
EXPERIMENT_FILE = "study.yaml"
_HEAD = "# evenvoice run {file}    (paths are relative to this file)\n"


class Experiment(Settings):
    r"""A corpus, recipes, protocols and seeds: the options of ``evenvoice evaluate`` as the keys of a YAML file.

    Attributes:
        corpus: As on the command line: ``emodb:PATH``, ``folder:PATH``, a table, ``demo``.
        test_corpus: Another, to test on (protocol ``cross``).
        emotions: Which emotions, and how they are merged: ``angry,happy=happy+excited``.
        style: Only this style of speaking.
        speaker_from: With a folder, the expression that finds the speaker in a path.
        emotion_from: With a folder, the expression that finds the emotion in a path.
        columns: With a table, which column is which: ``emotion=label``.
        without: Utterances to leave out: ``session=5``.
        recipes: Names or ``.yaml`` files.
        shape: Of every recipe, instead of its own.
        normalise: Of every recipe, instead of its own.
        set: What to change in every recipe, nested as a recipe is.
        protocols: Names; if not given, ``speaker-folds``, or ``kfold`` where speakers are not known.
        select_on_test: Also measure what choosing the epoch on the test part gains (LEAKY).
        enrol: Utterances of each test speaker to adapt to; a number, ``all``, or a list of these.
        seed: The first seed.
        seeds: How many, each with a split and a fit of its own.
        split_seeds: Instead: how many splits.
        fit_seeds: Instead: how many fits on each split.
        out: The folder to write to.

    Examples:
        >>> Experiment(corpus="demo", recipes=["knn"], seeds=3).as_yaml()
        'corpus: demo\nrecipes:\n- knn\nseeds: 3\n'
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, alias_generator=lambda name: name.replace("_", "-")
    )

    corpus: str
    test_corpus: str | None = None
    emotions: str | None = None
    style: str | None = None
    speaker_from: str | None = None
    emotion_from: str | None = None
    columns: str | None = None
    without: list[str] = Field([])
    recipes: list[str] = Field([DEFAULT_RECIPE], min_length=1)
    shape: str | None = None
    normalise: str | None = None
    set: dict[str, Any] = Field({})
    protocols: list[str] | None = Field(None, min_length=1)
    select_on_test: bool = False
    enrol: list[int | str] = Field([0], min_length=1)
    seed: int = Field(0, ge=0)
    seeds: int | None = Field(None, ge=1)
    split_seeds: int | None = Field(None, ge=1)
    fit_seeds: int | None = Field(None, ge=1)
    out: str | None = None

    @field_validator("without", "recipes", "protocols", "enrol", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """One is a list of one."""
        return [value] if isinstance(value, str | int) else value

    @field_validator("seed", "seeds", "split_seeds", "fit_seeds", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("Input should be a whole number")
        return value

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read an experiment; its paths of corpora, recipes and ``out`` are relative to the file.

        Raises:
            EvenvoiceError: The file cannot be read, or has a wrong key or value; the line says which.
        """
        path = Path(path)
        try:
            data = read_yaml(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            said = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise EvenvoiceError(f"{path}: cannot be read ({said}); expected an experiment in YAML") from error
        if not isinstance(data, Mapping):
            raise EvenvoiceError(f"{path}: {shown(data)}; expected keys, at least corpus: emodb:PATH")
        try:
            found = cls.model_validate(dict(data))
        except ValidationError as error:
            raise EvenvoiceError(f"{path}: {_first(error, cls)}") from error
        return found._moved(partial(from_file, path))

    def as_yaml(self) -> str:
        """Return it as YAML, without what is as it would be anyway."""
        data = self.model_dump(by_alias=True, exclude_defaults=True)
        return yaml.safe_dump({"corpus": self.corpus, **data}, sort_keys=False, allow_unicode=True)

    def save(self, path: Path | str) -> None:
        """Write it, whole or not at all, with paths relative to the file."""
        moved = self._moved(partial(for_file, path))
        with writing(path) as aside:
            aside.write_text(_HEAD.format(file=path) + moved.as_yaml(), encoding="utf-8")

    def _moved(self, change: Callable[[str], str]) -> Self:
        """Return it with other paths."""
        corpora = {name: with_path(text, change) for name in ("corpus", "test_corpus") if (text := getattr(self, name))}
        recipes = [change(name) if name.endswith((".yaml", ".yml")) else name for name in self.recipes]
        out = None if self.out is None else change(self.out)
        changed = {name: value for name, value in {**corpora, "recipes": recipes, "out": out}.items()
                   if value != getattr(self, name)}  # fmt: skip
        return self.model_copy(update=changed)

    def open_recipes(self) -> list[Recipe]:
        """Return its recipes, with what it changes in each.

        Raises:
            EvenvoiceError: ``shape`` or ``normalise`` says one thing and ``set`` another, or as in `open_recipe`.
        """
        changes: dict[str, Any] = {} if self.shape is None else {"shape": {"name": self.shape}}
        if self.normalise is not None:
            changes["normalise"] = self.normalise
        changes = joined(changes, self.set)
        return [open_recipe(name, changes) for name in self.recipes]

    def open_corpus(self) -> Corpus:
        """Return its corpus; both in one where it tests on another.

        Of two, each takes what it can: ``speaker_from`` a folder, ``columns`` a table, ``without`` one that has its
        values.
        """
        if self.test_corpus is None:
            return leave_out(self._opened(self.corpus, {}), self.without)
        both = self.corpus, self.test_corpus
        taken = [options_taken(argument) for argument in both]
        # What neither takes is left to them, to be refused.
        off = [dict.fromkeys({*taken[1 - number]} - {*taken[number]}) for number in range(2)]
        train, test = (self._opened(argument, without) for argument, without in zip(both, off, strict=True))
        return join_for_cross(*leave_out_of_both(train, test, self.without))

    def _opened(self, argument: str, instead: Mapping[str, Any]) -> Corpus:
        options = {name: getattr(self, name) for name in ("speaker_from", "emotion_from", "columns")}
        return open_corpus(argument, emotions=self.emotions, style=self.style, **{**options, **instead})

    def protocols_for(self, corpus: Corpus) -> list[str]:
        """Return the names of its protocols on a corpus.

        Raises:
            EvenvoiceError: An unknown protocol, or one that has no use for ``test_corpus`` or ``select_on_test``.
        """
        default = "cross" if self.test_corpus is not None else default_protocol(corpus)
        names = self.protocols or [default]
        protocols = {name: open_protocol(name) for name in names}
        if self.test_corpus is not None:
            for name, protocol in protocols.items():
                if "corpus" not in protocol.needs:
                    raise EvenvoiceError(
                        f"test-corpus: protocol {name} would divide both corpora as one; use protocol cross, or leave "
                        "test-corpus out"
                    )
        if not self.select_on_test:
            return names
        honest = [name for name, protocol in protocols.items() if not protocol.promise.leaky]
        if not honest:
            raise EvenvoiceError(
                f"select-on-test: {names[0]} is LEAKY by itself; use a protocol that is not, such as speaker-folds, or "
                "leave select-on-test out"
            )
        return names + [name + SELECT_ON_TEST for name in honest]

    def evaluate(self, out: Path | str | None = None, **execution: Any) -> Study:
        """Evaluate it, and write it beside its runs.

        Args:
            out: The folder; its own, or a new one in the working directory, if not given.
            execution: What changes no result: ``jobs``, ``device``, ``skip_bad``, ``keep_models``, … of `evaluate`.

        Raises:
            EvenvoiceError: As in `evaluate`.
        """
        corpus = self.open_corpus()
        both, splits, fits = self._seeds()
        study = evaluate(
            corpus, self.open_recipes(), self.protocols_for(corpus), seeds=both, split_seeds=splits, fit_seeds=fits,
            enrol=self.enrol, out=self.out if out is None else out, **execution,
        )  # fmt: skip
        self.model_copy(update={"out": relative(study.folder)}).save(study.folder / EXPERIMENT_FILE)
        return study

    def _seeds(self) -> tuple[Sequence[int] | None, Sequence[int] | None, Sequence[int] | None]:
        """Return ``seeds``, ``split_seeds`` and ``fit_seeds`` of `evaluate`."""
        if self.split_seeds is None and self.fit_seeds is None:
            return range(self.seed, self.seed + (self.seeds or 1)), None, None
        if self.seeds is not None:
            raise EvenvoiceError("seeds varies split and fit together; leave it out beside split-seeds and fit-seeds")
        first = self.seed
        return None, range(first, first + (self.split_seeds or 1)), range(first, first + (self.fit_seeds or 1))


def _first(error: ValidationError, schema: type[BaseModel]) -> str:
    """Return the first error in words."""
    found = error.errors()[0]
    key = ".".join(map(str, found["loc"]))
    known = [name.replace("_", "-") for name in schema.model_fields]
    if found["type"] == "extra_forbidden":
        return f"unknown key {key!r}{nearest(key, known)}; known are {', '.join(known)}"
    if found["type"] == "missing":
        return f"no {key}; add for example {key}: emodb:PATH"
    said = found["msg"].removeprefix("Value error, ")
    return f"{key}: found {shown(found['input'])}; {said[0].lower()}{said[1:]}"
