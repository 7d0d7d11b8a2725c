"""YAML as people write it: what a recipe's file and ``--set`` hold."""

from __future__ import annotations

import re
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with YAML 1.2's floats: 1.1 wants ``1.0e-5`` and takes ``1e-5`` for text."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def read_yaml(text: str) -> Any:
    """Return the value of a YAML document.

    Raises:
        yaml.YAMLError: It is none.

    Examples:
        >>> read_yaml("{rate: 1e-5, model: 2dcnn, l2: -2E3}")
        {'rate': 1e-05, 'model': '2dcnn', 'l2': -2000.0}
    """
    return yaml.load(text, _Loader)  # a safe loader
