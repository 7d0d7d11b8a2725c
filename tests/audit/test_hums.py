"""Hums: of a pair the shorter decides, and only what was looked at is known."""

from __future__ import annotations

import numpy as np

from evenvoice.audit.fingerprint import fingerprint
from evenvoice.audit.hums import Hums


def test_the_shorter_of_a_pair_decides_once_it_is_known() -> None:
    time = np.arange(20000) / 16000
    tone, noise = np.sin(2 * np.pi * 440 * time), np.random.default_rng(0).normal(0, 0.1, 20000)
    sounds = [tone, tone[:12000], noise, noise[:16000], tone[:16000]]
    hums = Hums([fingerprint(each.astype(np.float32), 16000, "") for each in sounds], 0.6)
    pairs = np.array([(0, 1), (0, 3), (2, 1), (0, 2), (2, 0), (3, 4), (4, 3)])  # the last four of one length
    expected = [False, True, False, False, True, True, False]
    assert hums.may_be_judged(*pairs.T).all()
    hums.count(*np.repeat(pairs[:1], 4, axis=0).T)
    assert hums.may_be_judged(*pairs.T).all()
    hums.count(*pairs[:1].T)  # the fifth with 1
    assert hums.may_be_judged(*pairs.T).tolist() == [False, True, False, True, True, True, True]
    assert [hums.can_be_judged(*pair) for pair in pairs.tolist()] == expected
    assert hums.may_be_judged(*pairs.T).tolist() == expected
