"""Messages are one line, whatever other libraries say."""

from __future__ import annotations

import pickle

import pytest

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.registry import Registry


def test_lines_of_others_become_one() -> None:
    error = AudioError("a.wav: cannot be read (one\n  two\n\n\tthree); convert it")
    assert str(error) == "a.wav: cannot be read (one two three); convert it"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("name", ["n_mfcc: 13\n", "a:", ":b", "a b:C", "os:system; rm", "x" * 5000 + ":"])
def test_a_text_with_a_colon_is_no_class_of_ones_own(name: str) -> None:
    with pytest.raises(EvenvoiceError, match="is unknown; known are fraction") as caught:
        Registry("shape", {"fraction": "fractions:Fraction"}).check_known(name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
