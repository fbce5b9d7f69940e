"""The commands of the guide and of every --help run, on the data that the guide simulates."""

import io
import json
import math
import re
import shlex

import pytest

from tests.validation.stats.reference import REPOSITORY
from validation.stats.cli import COMMANDS, main

GUIDE = (REPOSITORY / "docs" / "guide" / "statistics-cli.md").read_text(encoding="utf-8")
PROMPT = "$ python -m validation.stats "


def guide_commands():
    """List each command of the guide with the output printed under it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL):
        for line in block.splitlines():
            if line.startswith(PROMPT):
                found.append((line.removeprefix(PROMPT), []))
            else:
                found[-1][1].append(line)
    return found


EXAMPLES = [(command.name, example) for command in COMMANDS for example in command.examples]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Run the guide's Python block where it writes its files."""
    folder = tmp_path_factory.mktemp("guide")
    (script,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(script, "statistics-cli.md", "exec"), {})  # the guide's own code is what is tested
    return folder


@pytest.mark.parametrize(("line", "printed"), guide_commands())
def test_the_guides_commands_do_what_it_says(folder, monkeypatch, capsys, line, printed):
    monkeypatch.chdir(folder)
    code = main(shlex.split(line))
    out, err = capsys.readouterr()
    if printed:
        assert (code, err.splitlines()) == (2, printed)
    else:
        assert (code, err) == (0, "")
        assert "nan" not in out.lower().split()


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_examples_in_the_help_run(folder, monkeypatch, capsys, name, example):
    monkeypatch.chdir(folder)
    assert shlex.split(example)[0] == name
    assert main(shlex.split(example)) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_json_is_strict_and_the_table_is_readable(folder, monkeypatch, name, example):
    monkeypatch.chdir(folder)
    words = [word for word in shlex.split(example) if word != "--json"]
    printed, shown = io.StringIO(), io.StringIO()
    assert main([*words, "--json"], printed) == 0
    assert main(words, shown) == 0

    def refuse(constant):
        raise AssertionError(f"{name} printed {constant}")

    document = json.loads(printed.getvalue(), parse_constant=refuse)
    assert document
    assert all(math.isfinite(number) for number in numbers(document))
    assert max(len(line) for line in shown.getvalue().splitlines()) < 400


def numbers(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, float):
        yield value


def test_every_command_is_in_the_guide_and_has_examples():
    named = {line.split()[0] for line, _ in guide_commands()}
    assert named == {command.name for command in COMMANDS}
    assert named == {name for name, _ in EXAMPLES}


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_help_shows_options_examples_and_exit_codes(capsys, command):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert f"python -m validation.stats {command} --" in shown
    for option in ("--alpha", "--json", "--csv"):
        assert option in shown
    assert "exit code 2" in shown
    for option in re.findall(r"^  (--[a-z0-9-]+)", shown, re.MULTILINE):
        described = re.search(rf"^  {option}\b[^\n]*(\n {{20,}}\S[^\n]*|  +\S)", shown, re.MULTILINE)
        assert described, f"{command} does not explain {option}"
