"""``docs/contradictions.md``: its tables are the script's, its options exist, its example runs, its claims hold."""

from __future__ import annotations

import contextlib
import doctest
import io
import itertools
import math
import re
import runpy
import shlex
from pathlib import Path

import pytest
import torch
import typer
from torch.nn import functional

from evenvoice.cli.main import whole_app
from evenvoice.cli.options import open_the_recipe
from evenvoice.corpora import parse_selection
from evenvoice.models import make_model
from evenvoice.models.cnn2d import CNN2D
from evenvoice.protocols import open_protocol
from evenvoice.recipes import recipe_names

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contradictions.md"
TEXT = PAGE.read_text(encoding="utf-8")


def _options() -> list[list[str]]:
    """The command lines of the page: what stands in backticks, and its indented lines."""
    spans = [*re.findall(r"`(--[^`]+)`", TEXT), *re.findall(r"(evenvoice (?:evaluate|audit) [^`\n]+)", TEXT)]
    return [shlex.split(span) for span in spans]


def _values(words: list[str], option: str) -> list[str]:
    return [after for word, after in itertools.pairwise(words) if word == option]


def test_the_table_is_what_the_script_prints() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(ROOT / "scripts" / "table5_feasible.py"), run_name="__main__")
    assert printed.getvalue() in TEXT


def test_the_example_runs() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert (result.failed, result.attempted) == (0, 5)


def test_every_option_exists() -> None:
    commands = typer.main.get_command(whole_app()).commands  # type: ignore[attr-defined]
    known = {"evaluate": commands["evaluate"], "audit": commands["audit"].commands["counts"]}
    for words in _options():
        command = known[words[1] if words[0] == "evenvoice" else "evaluate"]
        flags = {flag for parameter in command.params for flag in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= flags, words


@pytest.mark.parametrize("words", [words for words in _options() if {"--set", "--form"} & {*words}], ids=shlex.join)
def test_every_setting_makes_a_recipe_whose_network_runs(words: list[str]) -> None:
    recipe = open_the_recipe("smote-2dcnn", next(iter(_values(words, "--form")), None), None, _values(words, "--set"))
    network = make_model(recipe.model.name, recipe.input_shape, 4, **recipe.model.options)
    assert isinstance(network, torch.nn.Module)
    assert network.train()(torch.randn(2, *recipe.input_shape)).isfinite().all()


def test_every_protocol_recipe_and_selection_of_emotions_is_known() -> None:
    named = [words for words in _options() if {"--protocol", "--recipe", "--emotions"} & {*words}]
    assert len(named) >= 6
    for words in named:
        assert all(open_protocol(name).name == name for name in _values(words, "--protocol"))
        assert {*_values(words, "--recipe")} <= {*recipe_names()}
        assert all([*parse_selection(emotions)] == ["angry", "happy", "sad", "neutral"]
                   for emotions in _values(words, "--emotions"))  # fmt: skip


def test_every_test_and_every_section_that_it_names_is_there() -> None:
    tests = re.findall(r"`(tests/[^`]+)`", TEXT)
    assert len(tests) > 8
    assert [test for test in tests if not (ROOT / test).is_file()] == []
    headings = {
        re.sub(r"[^\w -]", "", line[3:].lower()).replace(" ", "-") for line in TEXT.splitlines() if line[:3] == "## "
    }
    links = re.findall(r"\(#([^)]+)\)", TEXT)
    assert len(links) > 8
    assert set(links) <= headings


def test_the_fit_of_a_loss_in_bits_is_that_of_a_smaller_penalty_and_epsilon() -> None:
    """log2: CE / ln 2 + 0.01 Σw² = (CE + 0.01 ln 2 Σw²) / ln 2, and Adam divides the factor out."""
    (said,) = {
        (float(l2), float(eps))
        for l2, eps in re.findall(r"model\.options\.l2=(\S+) --set training\.adam_eps=([\d.e-]+)", TEXT)
    }
    assert said == pytest.approx((0.01 * math.log(2), 1e-7 * math.log(2)), rel=1e-4)
    bits = _weights(bits=True, l2=0.01, eps=1e-7)
    torch.testing.assert_close(_weights(bits=False, l2=0.01 * math.log(2), eps=1e-7 * math.log(2)), bits)
    assert (_weights(bits=False, l2=0.01, eps=1e-7) - bits).abs().max() > 0.01


def _weights(*, bits: bool, l2: float, eps: float) -> torch.Tensor:
    """The weights after a few steps of Adam, in float64, on numbers drawn at random."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(8, 16, 1, 16, 8, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, 4, (8, 16), generator=generator)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = CNN2D((1, 16, 8), 4, filters=8, l2=l2).double()
        adam = torch.optim.Adam(network.parameters(), lr=0.01, eps=eps)
        for batch, truth in zip(images, labels, strict=True):
            loss = functional.cross_entropy(network(batch), truth)
            adam.zero_grad()
            ((loss / math.log(2) if bits else loss) + network.penalty()).backward()
            adam.step()
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])
