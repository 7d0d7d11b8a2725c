"""What commands import: the time in which they start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

NETWORKS = ["torch", "skorch", "pydantic", *(f"evenvoice.{room}" for room in ("report", "study", "training", "models"))]
TABLES = [*NETWORKS, "sklearn", "scipy", "matplotlib", "joblib"]


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (("corpus", "list"), [*TABLES, "pandas", "numpy"]),
        (("corpus", "show", "TABLE"), TABLES),
        (("audit", "counts", "--train", "80", "--test", "20", "--classes", "60,40"), [*TABLES, "pandas", "numpy"]),
        (("audit", "corpus", "TABLE", "--jobs", "1"), NETWORKS),
    ],
    ids=" ".join,
)
def test_a_command_imports_only_what_it_needs(
    arguments: tuple[str, ...], heavy: list[str], table: Callable[..., Path]
) -> None:
    words = [str(table()) if word == "TABLE" else word for word in arguments]
    program = (
        f"import sys; sys.argv = ['evenvoice', *{words!r}]\nfrom evenvoice.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code in (None, 0, 1), end.code\n"
        f"print('imported', [name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "imported []"
