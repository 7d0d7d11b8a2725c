"""Protocols by name: shipped, of an installed package, or ``package.module:Class``."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.outside import calling
from evenvoice.protocols.enrol import ENROL, Enrol, base_name, split_name
from evenvoice.protocols.fewer import SPEAKERS, FewerSpeakers, fewer_name
from evenvoice.protocols.groups import LOGO, LeaveOneGroupOut
from evenvoice.protocols.protocol import SplitProtocol, folds_name
from evenvoice.protocols.select_on_test import SUFFIX, SelectOnTest
from evenvoice.protocols.thin import THIN, Thin, thinned_name
from evenvoice.protocols.wrapped import Narrowed
from evenvoice.registry import Registry

_LONGEST = 200
_ATTRIBUTES = ("name", "promise", "needs", "validation_by", "balance_first", "select_on_test", "folds")


def _check(name: str, found: Any) -> None:
    """Raise unless a class from outside is a protocol; `evenvoice.testing.check_protocol` looks closer."""
    absent = [attribute for attribute in _ATTRIBUTES if not hasattr(found, attribute)]
    if absent or not isinstance(found, type) or not dataclasses.is_dataclass(found):
        what = f"has no {', '.join(absent)}" if absent else "is not a dataclass"
        raise EvenvoiceError(
            f"protocol {name!r}: {what}; derive a frozen dataclass from evenvoice.protocols.BaseProtocol, and run "
            "evenvoice.testing.check_protocol on it"
        )
    own: Any = getattr(found, "name")  # noqa: B009  # a property where it depends on settings
    if isinstance(own, str) and ((own in PROTOCOLS.shipped and PROTOCOLS[own] is not found) or folds_of(own)):
        raise EvenvoiceError(
            f"protocol {name!r}: its name is {own!r}, as that of a shipped protocol, for whose results its own would "
            "pass; give it another"
        )


PROTOCOLS = Registry(
    "protocol",
    {
        "random": "evenvoice.protocols.splits:Random",
        "kfold": "evenvoice.protocols.splits:KFold",
        "speaker": "evenvoice.protocols.groups:Speaker",
        "speaker-folds": "evenvoice.protocols.groups:SpeakerFolds",
        "text-folds": "evenvoice.protocols.groups:TextFolds",
        "session": "evenvoice.protocols.groups:Session",
        "predefined": "evenvoice.protocols.predefined:Predefined",
        "cross": "evenvoice.protocols.cross:Cross",
        "paper": "evenvoice.protocols.splits:Paper",
    },
    _check,
)

ALIASES: dict[str, tuple[str, ...]] = {
    "random": ("holdout", "train-test-split"),
    "kfold": ("k-fold", "stratified-kfold"),
    "speaker": ("loso", "logo", "leave-one-speaker-out", "leave-one-subject-out", "leave-one-group-out"),
    "speaker-folds": ("group-kfold", "speaker-kfold"),
    "session": ("leave-one-session-out",),
    "predefined": ("given", "predefined-split"),
    "cross": ("cross-corpus",),
}
"""What others call the protocols. ``loso`` is each speaker in turn; where each session is meant, it is ``session``."""

FOLDS = ("kfold", "speaker-folds", "text-folds")
"""Of as many folds as the name says: ``kfold-10``; 5 where it says none."""

_NUMBERED = re.compile(r"(.+)-([1-9]\d{0,3})")

_ONCE = ("random", "predefined", "given", "cross", "paper")
"""Of one fold; ``given`` stands in runs of version 0.1."""

_NAME_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases}


def protocol_name(name: str) -> str:
    """Return the name of a protocol that a user wrote in another way; a name that is not known stays as it is.

    Examples:
        >>> [protocol_name(name) for name in ("LOSO", "leave one speaker out", "SpeakerFolds", "given+select-on-test")]
        ['speaker', 'speaker', 'speaker-folds', 'predefined+select-on-test']
    """
    if not isinstance(name, str):
        raise EvenvoiceError(f"protocol {shown(name)}: expected a name or a protocol; known are {_known()}")
    if name.endswith(SUFFIX):
        return protocol_name(name.removesuffix(SUFFIX)) + SUFFIX
    enrolled = split_name(name)
    if enrolled is not None:
        return f"{protocol_name(enrolled[0])}{ENROL}{enrolled[1]}"
    thinned = thinned_name(name)
    if thinned is not None:
        return f"{protocol_name(thinned[0])}{THIN}{thinned[1]:g}"
    fewer = fewer_name(name)
    if fewer is not None:
        return f"{protocol_name(fewer[0])}{SPEAKERS}{fewer[1]}"
    if name in PROTOCOLS or ":" in name or name.startswith(LOGO):
        return name
    plain = re.sub(r"[\s_-]+", "-", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.strip())).lower()
    numbered = _NUMBERED.fullmatch(plain)
    if numbered is not None and (base := protocol_name(numbered[1])) in FOLDS:
        return folds_name(base, int(numbered[2]))
    return _NAME_OF.get(plain, plain if plain in PROTOCOLS else name)


def folds_of(name: str) -> tuple[str, int] | None:
    """Return the protocol and the number of folds of a name such as ``kfold-10``; ``None`` for any other name.

    Examples:
        >>> folds_of("speaker-folds-10"), folds_of("speaker-folds"), folds_of("session-10")
        (('speaker-folds', 10), None, None)
    """
    found = _NUMBERED.fullmatch(name)
    return (found[1], int(found[2])) if found is not None and found[1] in FOLDS else None


def divides_once(name: str) -> bool:
    """Return whether a protocol has one fold. All others cross-validate: their folds together test every row once.

    Args:
        name: As it stands in a run: of a shipped protocol, also with ``+enrol-5``, ``+thin-10``, …, or of another.

    Examples:
        >>> divides_once("random+enrol-5"), divides_once("speaker-folds"), divides_once("package.module:Class")
        (True, False, False)
    """
    return base_name(name) in _ONCE


def open_protocol(name: str | SplitProtocol) -> SplitProtocol:
    """Return a protocol with its default settings; ``<name>+select-on-test`` is the LEAKY variant `SelectOnTest`.

    ``<name>+enrol-5`` is `Enrol`: 5 utterances of each test speaker are enrolled, and the rest is tested.
    ``<name>+thin-10`` is `Thin`: training parts whose largest class is 10 times the smallest.
    ``<name>+speakers-5`` is `FewerSpeakers`: training parts of 5 speakers.
    ``kfold-10``, ``speaker-folds-10`` and ``text-folds-10`` have 10 folds instead of 5.

    Args:
        name: One of `PROTOCOLS`, another name for it (`ALIASES`), ``logo-COLUMN``, ``package.module:Class``, or a
            protocol with the settings that it has: ``SpeakerFolds(10)``.

    Raises:
        EvenvoiceError: The name is unknown.

    Examples:
        >>> open_protocol("speaker-folds").promise.words
        'speakers in the test part are unseen in training'
        >>> open_protocol("loso").name, open_protocol("logo-season").needs
        ('speaker', ('season',))
        >>> open_protocol("group-kfold-10")
        SpeakerFolds(random_state=0, n_folds=10)
    """
    if not isinstance(name, str | type) and all(hasattr(name, attribute) for attribute in _ATTRIBUTES):
        return name
    known = protocol_name(name)  # type: ignore[arg-type]  # anything else is refused there
    if known.endswith(SUFFIX):
        inner = open_protocol(known.removesuffix(SUFFIX))
        if isinstance(inner, Enrol):
            raise EvenvoiceError(
                f"protocol {name!r}: with utterances enrolled no epoch is chosen; leave one of both out"
            )
        if inner.promise.leaky:
            raise EvenvoiceError(
                f"protocol {name!r}: {inner.name!r} is LEAKY by itself; to measure the effect of choosing the epoch on "
                f"the test part, use a protocol that is not, for example speaker-folds{SUFFIX}"
            )
        return SelectOnTest(inner)
    enrolled = split_name(known)
    if enrolled is not None:
        inner = open_protocol(enrolled[0])
        if inner.promise.leaky or isinstance(inner, Enrol):
            raise EvenvoiceError(f"protocol {name!r}: {inner.name!r} is LEAKY or enrols by itself; use speaker{ENROL}5")
        return Enrol(inner, enrolled[1])
    thinned = thinned_name(known)
    if thinned is not None:
        inner = open_protocol(thinned[0])
        if inner.promise.leaky or isinstance(inner, Enrol | Narrowed):
            raise EvenvoiceError(
                f"protocol {name!r}: {inner.name!r} is LEAKY, enrols or thins by itself; thin another one, such "
                f"as speaker-folds{THIN}10"
            )
        return Thin(inner, thinned[1])
    fewer = fewer_name(known)
    if fewer is not None:
        inner = open_protocol(fewer[0])
        if inner.promise.leaky or isinstance(inner, Enrol | Narrowed):
            raise EvenvoiceError(
                f"protocol {name!r}: {inner.name!r} is LEAKY, enrols or leaves rows out by itself; take another one, "
                f"such as speaker-folds{SPEAKERS}5"
            )
        return FewerSpeakers(inner, fewer[1])
    several = folds_of(known)
    if several is not None and known not in PROTOCOLS:
        of_folds: SplitProtocol = PROTOCOLS[several[0]](n_folds=several[1])
        return of_folds
    if known.startswith(LOGO) and known not in PROTOCOLS:
        return LeaveOneGroupOut(known.removeprefix(LOGO))
    if known not in PROTOCOLS and (":" not in known or len(known) > _LONGEST):
        near = nearest(known[:_LONGEST], list(PROTOCOLS), 0.75) or nearest(known[:_LONGEST], list(_NAME_OF))
        raise EvenvoiceError(f"protocol {shown(name)} is unknown{near}; known are {_known()}")
    kind = PROTOCOLS[known]
    with calling("protocol", kind):
        found: SplitProtocol = kind()
    return found


def protocol_text(protocol: Any) -> str:
    """Return by what `open_protocol` opens a protocol, now and in another process: what a study is given.

    Args:
        protocol: A text, a class, or an object.

    Raises:
        EvenvoiceError: It is unknown, or an object that no text opens: one with other settings than its name has.

    Examples:
        >>> from evenvoice.protocols import Enrol, LeaveOneGroupOut, Speaker, SpeakerFolds
        >>> [protocol_text(protocol) for protocol in ("LOSO", SpeakerFolds, LeaveOneGroupOut("season"))]
        ['speaker', 'speaker-folds', 'logo-season']
        >>> protocol_text(SpeakerFolds(10))
        'speaker-folds-10'
        >>> protocol_text(Enrol(Speaker(), 5))
        'speaker+enrol-5'
    """
    if isinstance(protocol, str):
        opened = open_protocol(protocol)
        # One of another package is opened by its path, not by the name that its results have.
        return opened.name if _opens(opened.name, opened) else protocol
    kind = protocol if isinstance(protocol, type) else type(protocol)
    path = f"{kind.__module__}:{kind.__qualname__}"
    if isinstance(protocol, type):
        _check(path, protocol)
        protocol = protocol()
    found = open_protocol(protocol)
    for text in (found.name, path):
        if _opens(text, found):
            return text
    raise EvenvoiceError(
        f"protocol {shown(found)}: found other settings than {found.name!r} has, by which a study would know it; "
        "derive a frozen dataclass with these defaults and a name of its own, where Python can import it "
        "(random_state is for scikit-learn: a study has seeds)"
    )


def _opens(text: str, protocol: SplitProtocol) -> bool:
    """Return whether a text opens this very protocol."""
    try:
        return open_protocol(text) == protocol
    except (EvenvoiceError, TypeError):
        return False


def _known() -> str:
    """Return the names in words, with what others call them."""
    names = [f"{name} ({', '.join(ALIASES[name][:2])})" if name in ALIASES else name for name in PROTOCOLS]
    return ", ".join([*names, "kfold-10 (of 10 folds, as the other …folds)", "logo-COLUMN", "or package.module:Class"])
