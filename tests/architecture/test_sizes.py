"""Small maxima: what a newcomer has to hold in the head at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.ops.environment import REPOSITORY

FILE_LINES = 400
FUNCTION_LINES = 40  # without the docstring
PACKAGES = ("portal", "annotations", "validation")


def sources() -> list[Path]:
    """Our Python files; migrations are written by Django."""
    files = [file for package in PACKAGES for file in sorted((REPOSITORY / package).rglob("*.py"))]
    return [file for file in files if "migrations" not in file.parts]


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Name and length of every function of a file, its docstring left out."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield node.name, lines - (len(docstring.splitlines()) if docstring else 0)


def test_there_are_sources() -> None:
    assert len(sources()) > 50


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_is_longer_than_allowed(package: str) -> None:
    long = {
        str(file.relative_to(REPOSITORY)): length
        for file in sources()
        if (length := len(file.read_text().splitlines())) > FILE_LINES and file.is_relative_to(REPOSITORY / package)
    }
    assert long == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_is_longer_than_allowed(package: str) -> None:
    long = {
        f"{file.relative_to(REPOSITORY)}:{name}": length
        for file in sources()
        if file.is_relative_to(REPOSITORY / package)
        for name, length in functions(file)
        if length > FUNCTION_LINES
    }
    assert long == {}


def test_every_test_folder_is_a_package() -> None:
    """Without its `__init__.py`, `import annotations` inside tests/annotations would find the test folder."""
    folders = {file.parent for file in (REPOSITORY / "tests").rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_module_is_called_utils() -> None:
    assert [str(file) for file in sources() if file.stem in {"utils", "helpers", "misc", "common"}] == []
