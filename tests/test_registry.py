"""What a colon in a name means: an argument of a class that takes one, or else a module and its class."""

from __future__ import annotations

import collections
from importlib.metadata import EntryPoint

import pytest

from evenvoice import registry
from evenvoice.errors import EvenvoiceError
from evenvoice.registry import Registry


class Takes:
    """A class with an argument."""

    argument = "path"


REGISTRY = Registry("part", {"takes": "tests.test_registry:Takes", "collections": "fractions:Fraction"})


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("takes:a/b", {}, ("takes", {"path": "a/b"})),
        ("takes:C:/a:b", {"size": 3}, ("takes", {"size": 3, "path": "C:/a:b"})),
        ("takes:a", {"path": "a"}, ("takes", {"path": "a"})),
        ("takes:", {}, ("takes", {"path": ""})),
        ("takes", {"path": "a"}, ("takes", {"path": "a"})),
        # A name whose class takes none may be a module's as well.
        ("collections:Counter", {}, ("collections:Counter", {})),
        ("decimal:Decimal", {}, ("decimal:Decimal", {})),
    ],
)
def test_only_a_class_that_takes_an_argument_has_one(name: str, options: dict, expected: tuple) -> None:
    assert REGISTRY.with_argument(name, options) == expected


def test_the_class_is_found_with_its_argument() -> None:
    assert REGISTRY["takes:a/b"].__name__ == "Takes"
    assert REGISTRY["collections:Counter"] is collections.Counter


def test_an_argument_is_written_once() -> None:
    with pytest.raises(EvenvoiceError, match="part 'takes:a': path is 'b' as well; write it once"):
        REGISTRY.with_argument("takes:a", {"path": "b"})


def test_a_name_of_two_packages_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (EntryPoint("count", value, "evenvoice.parts") for value in ("collections:Counter", "decimal:Decimal"))
    monkeypatch.setattr(registry, "entry_points", lambda group: [one, other])
    parts = Registry("part", {})
    with pytest.raises(EvenvoiceError, match=r"part 'count' is in several packages: .*Counter.* and .*Decimal"):
        parts["count"]
    assert parts["collections:Counter"] is collections.Counter
    assert list(parts) == ["count"]
    # One package that is found twice, as an editable installation beside a wheel is, is one package.
    monkeypatch.setattr(registry, "entry_points", lambda group: [one, one])
    assert Registry("part", {})["count"] is collections.Counter
