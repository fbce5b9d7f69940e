"""One AI against readers by marks: the comparison of ratings where there is one mark a case, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from validation.stats.ai_vs_marks import ai_vs_marks
from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.localisation import localisation_study
from validation.stats.mrmc_design import readings
from validation.stats.results import Reason, Undefined


def tables(seed: int = 3, readers: int = 4, modalities: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One mark on every case, on its lesion where it has one."""
    generator = np.random.default_rng(seed)
    truth = np.repeat([0, 1], 15)
    rows = [
        (f"R{reader}", f"M{modality}", case, "LL" if truth[case] else "NL", "1", generator.integers(1, 8) + truth[case])
        for reader in range(readers) for modality in range(modalities) for case in range(30)
    ]  # fmt: skip
    cases = pd.DataFrame({"case": range(30), "truth": truth})
    marks = pd.DataFrame(rows, columns=["reader", "modality", "case", "mark", "lesion_id", "rating"])
    return marks, cases, cases[cases["truth"] == 1][["case"]].assign(lesion_id="1")


@pytest.mark.parametrize("figure", ["afroc", "wafroc", "hrauc"])
def test_with_one_mark_a_case_it_is_the_comparison_of_ratings(figure: str) -> None:
    """Then the AFROC is the ROC curve, and Hillis' analyses of both agree."""
    marks, cases, lesions = tables()
    found = ai_vs_marks(localisation_study(marks, cases, lesions), "R2", figure, margin=0.1)
    truth = cases["truth"].to_numpy()[marks["case"]]
    rated = readings(truth=truth, **{name: marks[name] for name in ("reader", "modality", "case", "rating")})
    expected = ai_vs_readers(rated, "R2", margin=0.1)
    assert found.ai_figure == pytest.approx(expected.ai_figure)
    for ours, theirs in zip(found.differences, expected.differences, strict=True):
        assert (ours.reader, ours.analysis) == (theirs.reader, theirs.analysis)
        assert (ours.outcome.value, ours.se, ours.p) == pytest.approx((theirs.outcome.value, theirs.se, theirs.p))


def test_what_is_no_comparison_is_refused() -> None:
    study = localisation_study(*tables(modalities=2))
    with pytest.raises(InputError, match="one modality"):
        ai_vs_marks(study, "R1")
    one = localisation_study(*tables(readers=1))
    with pytest.raises(InputError, match="beside the AI"):
        ai_vs_marks(one, "R0")
    with pytest.raises(InputError, match="no reader 'X'"):
        ai_vs_marks(one, "X")
    with pytest.raises(InputError, match="no figure"):
        ai_vs_marks(localisation_study(*tables()), "R1", "area")


def test_without_a_lesion_it_is_undefined() -> None:
    marks, cases, lesions = tables()
    normal = cases[cases["truth"] == 0]
    found = ai_vs_marks(localisation_study(marks[marks["mark"] == "NL"], normal, lesions[:0]), "R1")
    assert isinstance(found.reader_mean, Undefined)
    assert found.reader_mean.reason == Reason.NO_POSITIVE_CASES
    assert found.differences == ()


def test_the_command_line_gives_it(tmp_path, capsys) -> None:
    paths = {name: tmp_path / f"{name}.csv" for name in ("marks", "cases", "lesions")}
    for path, table in zip(paths.values(), tables(), strict=True):
        table.to_csv(path, index=False)
    words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    assert main(["froc", *words, "--fom", "afroc", "--ai-reader", "R2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    study = localisation_study(*tables())
    assert answer["ai"]["fom"] == pytest.approx(ai_vs_marks(study, "R2", "afroc").ai_figure)
    assert main(["froc", *words, "--ai-reader", "R2", "--curve", "froc"]) != 0
    assert "take one of them" in capsys.readouterr().err
