import io
import json

import numpy as np
import pandas as pd
import pytest

from validation.stats.cli import main
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import readings
from validation.stats.mrmc_simulate import simulate


def table_of(study):
    modality, reader, case = np.indices(study.rating.shape)
    frame = pd.DataFrame(
        {
            "reader": np.array(study.readers)[reader.ravel()],
            "modality": np.array(study.modalities)[modality.ravel()],
            "case": np.array(study.cases)[case.ravel()],
            "truth": study.truth[case.ravel()].astype(int),
            "rating": study.rating.ravel(),
        }
    )
    return frame[frame.rating.notna()]


@pytest.fixture
def study():
    model = RoeMetz((1.0, 1.3), 0.02, 0.02, 0.2, 0.2, 0.2)
    return simulate(model, readers=4, negatives=20, positives=15, generator=np.random.default_rng(2), thresholds=[0, 1])


@pytest.fixture
def csv(tmp_path, study):
    path = tmp_path / "study.csv"
    table_of(study).to_csv(path, index=False)
    return path


def run_json(*arguments):
    output = io.StringIO()
    assert main([*map(str, arguments), "--json"], output) == 0
    return json.loads(output.getvalue())


def test_the_json_has_the_fixed_shape_and_the_numbers_of_the_library(csv, study):
    frame = table_of(study)
    library = mrmc(readings(**{column: frame[column] for column in frame}))
    answer = run_json("mrmc", "--csv", csv)
    assert set(answer["tests"]) == {"RRRC", "RRFC", "FRRC"}
    assert answer["tests"]["RRRC"] == library.tests["RRRC"].to_json()
    assert {"f", "df1", "df2", "p"} == set(answer["tests"]["FRRC"])
    assert {"a", "b", "estimate", "low", "high", "p", "analysis"} <= set(answer["differences"][0])
    assert {"modality", "estimate", "low", "high"} <= set(answer["modalities"][0])
    assert {"reader", "modality", "fom", "se"} <= set(answer["readers"][0])
    assert answer["variance_components"]["cov2"] == library.variance_components.cov2
    assert answer["notes"] == ["Error covariances by jackknife."]
    assert json.loads(json.dumps(library.to_json())) == answer


@pytest.mark.parametrize(
    "options",
    [
        ["--method", "dbm"],
        ["--covariance", "delong"],
        ["--covariance", "unbiased", "--fom", "sensitivity", "--threshold", "2"],
        ["--covariance", "bootstrap", "--resamples", "50"],
        ["--fom", "pauc", "--range", "0.5", "1", "--range-of", "sensitivity", "--normalised"],
        ["--fom", "specificity-at", "--at", "0.8"],
        ["--fom", "sensitivity-at", "--at", "0.8"],
        ["--fom", "expected-utility", "--slope", "0.5", "--margin", "0.1"],
    ],
)
def test_every_option_gives_a_test(csv, options):
    answer = run_json("mrmc", "--csv", csv, *options)
    assert 0.0 <= answer["tests"]["RRRC"]["p"] <= 1.0


def test_columns_may_have_other_names_and_names_stay_names(tmp_path):
    # As numbers 1.1 and 1.10 would be one case, read twice.
    frame = pd.DataFrame(
        {
            "who": ["A"] * 4 + ["B"] * 4,
            "how": ["x"] * 8,
            "id": ["1.1", "1.10", "2", "3"] * 2,
            "sick": [0, 0, 1, 1] * 2,
            "score": [1, 2, 3, 4, 2, 1, 4, 3],
        }
    )
    path = tmp_path / "renamed.csv"
    frame.to_csv(path, index=False)
    columns = ["--reader", "who", "--modality", "how", "--case", "id", "--truth", "sick", "--rating", "score"]
    answer = run_json("mrmc", "--csv", path, *columns)
    assert answer["counts"]["negatives"] == 2
    assert answer["tests"]["RRRC"]["undefined"] == "too-few-modalities"


def test_bad_rows_are_named(tmp_path, study, capsys):
    frame = table_of(study)
    path = tmp_path / "bad.csv"
    pd.concat([frame, frame.iloc[[7]]]).to_csv(path, index=False)
    assert main(["mrmc", "--csv", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"validation.stats mrmc: error: row {len(frame) + 1}, column 'case': ")
    assert main(["mrmc", "--csv", str(path), "--fom", "sensitivity"]) == 2
    frame.to_csv(path, index=False)
    capsys.readouterr()
    assert main(["mrmc", "--csv", str(path), "--fom", "sensitivity"]) == 2
    assert "needs --threshold" in capsys.readouterr().err


def test_the_table_shows_tests_readers_and_components(csv):
    output = io.StringIO()
    assert main(["mrmc", "--csv", str(csv)], output) == 0
    for word in ("M1 - M2", "RRRC", "random readers, random cases", "var_tr", "R4"):
        assert word in output.getvalue()
