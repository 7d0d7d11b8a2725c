"""``evenvoice card``: a page on stdout or in a file."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import finish, run, start
from tests.cli.test_main import BLOCK


def test_card_prints_a_page_or_writes_it(model: Path, tmp_path: Path) -> None:
    page = run("card", model).result()
    assert page.startswith('---\nlicense: "other"\n')
    assert "evenvoice predict tiny.onnx clip.wav" in page
    out = tmp_path / "new" / "README.md"
    answer = run("card", model, "--out", out, "--licence", "apache-2.0", "--language", "de")
    assert (answer.result(), answer.err) == (f"{out}\n", "")
    again = run("card", model, "--out", out, "--licence", "apache-2.0", "--language", "de")
    assert again.err == f"{out}: is there already, and is replaced\n"
    assert out.read_text(encoding="utf-8").startswith('---\nlicense: "apache-2.0"\nlanguage:\n  - "de"\n')


def test_without_a_model_it_is_the_ready_ones() -> None:
    assert "EmoDB" in run("card").result()


def test_what_is_no_model_file_gets_one_line(model: Path, tmp_path: Path) -> None:
    complaint = run("card", tmp_path / "missing.onnx").complaint()
    assert complaint.endswith("no such file; check the path; `evenvoice train CORPUS --out DIR` writes DIR/model.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(model.read_bytes()[:-9])
    assert run("card", broken, "--out", tmp_path / "README.md").complaint().startswith(f"{broken}: ")
    assert list(tmp_path.iterdir()) == [broken]


def test_language_and_licence_are_what_the_hub_knows(model: Path) -> None:
    assert "'German': expected an ISO 639 code: de, en, pl" in run("card", model, "--language", "German").complaint()
    assert "licence '': empty" in run("card", model, "--licence", "").complaint()
    assert '  - "pt-BR"' in run("card", model, "--language", "pt-BR").result()


def test_it_needs_nothing_but_what_a_recognizer_needs(model: Path) -> None:
    blocks = "".join(
        BLOCK.format(library=library) for library in ("torch", "pandas", "scipy", "sklearn", "yaml", "jinja2")
    )
    assert finish(start("card", model, before=blocks)).result().startswith("---\n")
