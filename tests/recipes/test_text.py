"""YAML of recipes: what YAML 1.2 says a scalar is, and files that would unfold to gigabytes."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.recipes.text import check_chain, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-5", 1e-5), ("-2E3", -2000.0), ("1.", 1.0), (".5", 0.5), ("+3", 3), ("0", 0), ("-0", 0), ("0o10", 8),
        ("0xFF", 255), (".inf", math.inf), ("-.INF", -math.inf), ("true", True), ("FALSE", False), ("~", None),
        ("", None), ("null", None), ("yes", "yes"), ("No", "No"), ("on", "on"), ("off", "off"), ("1:30", "1:30"),
        ("1_000", "1_000"), ("2001-01-01", "2001-01-01"), ("0b1", "0b1"), ("'010'", "010"), ("=", "="),
        ("tRue", "tRue"), ("a: ", {"a": None}),
        ("[1, {a: 2}]", [1, {"a": 2}]), ("2dcnn", "2dcnn"), ("e5", "e5"), ("1e", "1e"), ("-", [None]),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    found = read_yaml(text)
    assert (found, type(found)) == (value, type(value))


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, "more than 10,000 values, aliases unfolded"),
        ("a: &a {b: *a}", "alias .a stands within what it stands for"),
        ("[" * 50_000, "nested deeper than 20 levels"),
        ("{a: " * 20_000, "nested deeper than 20 levels"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(400)), "nested deeper than 20 levels"),
        ("- " * 1000, "nested deeper than 20 levels"),
        ("x" * 100_001, "100,001 characters, at most 100,000"),
        ("- 1\n" * 20_000, "more than 10,000 values"),
        ("{a: 1, b: 2, a: 3}", "line 1: the key 'a' is there twice"),
        ("x:\n  a: 1\n  'a': 3", "line 3: the key 'a' is there twice"),
        ("010", "010 is one number in YAML 1.1 and another in 1.2"),
        ("9" * 5000, "a number of 5000 digits"),
        (r'"\uD800"', "half of a surrogate pair"),
        ("!!python/object/apply:os.system ['true']", "the tag"),
        ("!!binary aGk=", "the tag"),
        ("a: 1\n---\nb: 2", "expected a single document"),
        ("*a", "undefined alias"),
        ("? [a]\n: 1", "a list or a mapping is not a key"),
        ("\0", "special characters are not allowed"),
        ("!!int x", "the tag"),
        ("!!bool x", "the tag"),
        ("!!float x", "the tag"),
        ("!!map x", "the tag"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(yaml.YAMLError, match=says):
        read_yaml(text)


def test_aliases_and_merges_within_reason() -> None:
    assert read_yaml("{a: &a {x: 1, y: 2}, b: *a, c: {<<: *a, x: 3}}") == {
        "a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}, "c": {"x": 3, "y": 2},
    }  # fmt: skip


@given(st.text(st.sampled_from("{}[]:,-&*a!|>\"'?%@`#~ \n\t0123.eE_x\\<"), max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_value_or_one_error(text: str) -> None:
    with suppress(yaml.YAMLError):
        read_yaml(text)


@pytest.mark.parametrize("base", ["a.yaml", "./a.yaml", "../{folder}/a.yaml"])
def test_a_recipe_that_extends_itself(base: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"extends: {base.format(folder=tmp_path.name)}\n", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match="extends itself") as caught:
        open_recipe(file)
    assert len(str(caught.value).splitlines()) == 1


def test_a_long_chain_of_recipes(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match="a chain of more than 10 recipes"):
        open_recipe(tmp_path / "0.yaml")
    check_chain("k", tuple("abcdefghi"))


def test_a_file_that_is_no_recipe(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_bytes(b"#" * 1_000_000)
    with pytest.raises(EvenvoiceError, match="1,000,000 bytes, and a recipe has a few thousand"):
        open_recipe(file)
    with pytest.raises(EvenvoiceError, match="no such file"):
        open_recipe(tmp_path / "absent.yaml")


@pytest.mark.parametrize("text", [BOMB, "name: a\nname: b\n", "training: {epochs: 010}\n"])
def test_a_stranger_s_file_is_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "strange.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"recipe .*: not YAML .line [0-9]+: ") as caught:
        open_recipe(file)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("value", ["true", "'3'", "1:30", "1_000", "yes", "99999999999999999999"])
@pytest.mark.parametrize(
    "line", ["training: {epochs: %s}", "training: {learning_rate: %s}", "ensemble: {members: %s}", "kappa: %s",
             "features: {n_mfcc: %s}", "features: {n_fft: %s}", "model: {name: 2dcnn, options: {filters: %s}}",
             "loss: {name: focal, options: {gamma: %s}}", "balance: {name: mixup, options: {alpha: %s}}"]
)  # fmt: skip
def test_a_number_is_a_number(line: str, value: str, tmp_path: Path) -> None:
    if value.isdigit() and any(name in line for name in ("learning_rate", "kappa", "gamma", "alpha")):
        pytest.skip("a float may be as large as that")
    (tmp_path / "mine.yaml").write_text(f"extends: 2dcnn\n{line % value}\n", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"number") as caught:
        open_recipe(str(tmp_path / "mine.yaml"))
    assert len(str(caught.value)) < 300


def test_partners_that_name_one_another(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{one}.yaml").write_text(f"extends: 2dcnn\npartners: {{{other}.yaml: 0.5}}\n", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"partners: .*b\.yaml has partners itself"):
        open_recipe(str(tmp_path / "a.yaml"))


def test_the_line_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: 2dcnn\ntraining:\n\tepochs: 3\n", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"not YAML \(line 3: found character '\\t'"):
        open_recipe(str(tmp_path / "mine.yaml"))
