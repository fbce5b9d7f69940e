import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from tests.validation.stats.reference import reference_path
from tests.validation.stats.studies import study
from validation.stats import Estimate, InputError, Reason, Undefined
from validation.stats.cli import main
from validation.stats.crossed import crossed_variance, ratio
from validation.stats.mrmc_agreement import reader_agreement
from validation.stats.mrmc_design import Readings

SDS = {"reader": 0.5, "case": 2.0, "reader_case": 0.4, "modality_reader": 0.5, "modality_case": 0.6, "error": 1.0}


def measured(values):
    modalities, readers, cases = values.shape
    return Readings(
        tuple(f"M{number}" for number in range(modalities)),
        tuple(f"R{number}" for number in range(readers)),
        tuple(f"C{number}" for number in range(cases)),
        np.zeros(cases, dtype=bool),
        values,
    )


def draw(generator, readers, cases, modalities=2, shift=0.3):
    shapes = {
        "reader": (1, readers, 1),
        "case": (1, 1, cases),
        "reader_case": (1, readers, cases),
        "modality_reader": (modalities, readers, 1),
        "modality_case": (modalities, 1, cases),
        "error": (modalities, readers, cases),
    }
    values = 100 + sum(SDS[name] * generator.standard_normal(shape) for name, shape in shapes.items())
    values[0] += shift
    return values


def of_kind(result, kind, a="M0"):
    return next(row for row in result.limits if row.kind == kind and row.a == a)


def mean_squares(values):
    modality, reader, case = (index.ravel() for index in np.indices(values.shape))
    table = pd.DataFrame({"y": values.ravel(), "modality": modality, "reader": reader, "case": case})
    m, r, c = "C(modality)", "C(reader)", "C(case)"
    named = anova_lm(ols(f"y ~ {r} + {c} + {m} + {r}:{c} + {r}:{m} + {c}:{m}", table).fit())["mean_sq"]
    letters = {r: "R", c: "C", m: "M", f"{r}:{c}": "RC", f"{r}:{m}": "RM", f"{c}:{m}": "CM", "Residual": "Residual"}
    return {letters[name]: value for name, value in named.items()}


def test_hand_computed_table():
    # Differences a - b: reader 0: -1, -2; reader 1: 0, -3. MS(R) = 0, MS(C) = 4, MS(RC) = 1, so by Wen & Gallas
    # (J MS(R) + K MS(C) + (JK - J - K) MS(RC)) / JK = 8 / 4.
    values = np.array([[[10.0, 20.0], [12.0, 21.0]], [[11.0, 22.0], [12.0, 24.0]]])
    within = of_kind(reader_agreement(measured(values)), "WRBM")
    assert within.variance == pytest.approx(2.0)
    assert within.bias.value == -1.5
    assert within.lower.value == pytest.approx(-1.5 - 1.959964 * np.sqrt(2.0))
    # Two readers: none can be left out.
    assert within.lower.low is None
    assert "too few" in within.lower.note


def test_complete_data_are_the_analysis_of_variance():
    values = draw(np.random.default_rng(5), 4, 9)
    squares, sizes = mean_squares(values), (4, 9, 2)
    readers, cases, modalities = sizes
    rest = squares["Residual"]
    expected = {
        "reader": (squares["R"] + rest - squares["RC"] - squares["RM"]) / (cases * modalities),
        "case": (squares["C"] + rest - squares["RC"] - squares["CM"]) / (readers * modalities),
        "reader_case": (squares["RC"] - rest) / modalities,
        "modality_reader": (squares["RM"] - rest) / cases,
        "modality_case": (squares["CM"] - rest) / readers,
        "error": rest,
    }
    ours = reader_agreement(measured(values))
    assert ours.components["M0", "M1"] == pytest.approx(expected, rel=1e-8, abs=1e-12)
    part = expected
    both = part["modality_reader"] + part["modality_case"] + part["error"]
    assert of_kind(ours, "WRBM").variance == pytest.approx(2 * both, rel=1e-8)
    between = 2 * (both + part["reader"] + part["reader_case"])
    assert of_kind(ours, "BRBM").variance == pytest.approx(between, rel=1e-8)
    # Within a modality the two-way analysis of variance: 2 (reader + residual), here on average over modalities.
    mean = np.mean([of_kind(ours, "BRWM", name).variance for name in ("M0", "M1")])
    assert mean == pytest.approx(between - 2 * part["modality_case"], rel=1e-8)


def test_the_interval_of_the_bias_is_that_of_the_analysis_of_variance():
    values = draw(np.random.default_rng(6), 5, 20)
    difference = values[0] - values[1]
    exact = crossed_variance(ratio(difference, np.ones_like(difference, dtype=bool), ""))
    for kind in ("WRBM", "BRBM"):
        bias = of_kind(reader_agreement(measured(values)), kind).bias
        assert bias.value == pytest.approx(difference.mean())
        assert bias.high - bias.value == pytest.approx(t.ppf(0.975, exact.df) * np.sqrt(exact.value), rel=1e-8)
        assert bias.high - bias.value == pytest.approx(bias.value - bias.low)
    assert of_kind(reader_agreement(measured(values)), "BRWM").bias.value == 0.0


def by_pairs(values):
    """The variances by counting all pairs, as the definitions say."""
    centred = values - np.nanmean(values, axis=(1, 2), keepdims=True)
    difference = values[0] - values[1]
    difference = difference - np.nanmean(difference)

    def moment(x, y, same_reader, same_case):
        products = []
        for j, k in np.ndindex(*x.shape):
            for other, case in np.ndindex(*x.shape):
                if (j == other) == same_reader and (k == case) == same_case:
                    products.append(x[j, k] * y[other, case])
        return np.nanmean(products)

    def total(x):
        return moment(x, x, True, True) - moment(x, x, False, False)

    a, b = centred
    crossed = moment(a, b, False, True) - moment(a, b, False, False)
    within = 2 * (moment(centred[0], centred[0], True, True) - moment(centred[0], centred[0], False, True))
    return {"WRBM": total(difference), "BRBM": total(centred[0]) + total(centred[1]) - 2 * crossed, "BRWM": within}


def test_missing_readings_by_counting_pairs():
    generator = np.random.default_rng(7)
    values = draw(generator, 4, 6)
    values[generator.random(values.shape) < 0.2] = np.nan
    ours = reader_agreement(measured(values))
    for kind, expected in by_pairs(values).items():
        assert of_kind(ours, kind).variance == pytest.approx(expected, rel=1e-9)
    assert any("partial" in note for note in ours.notes)


@settings(max_examples=30)
@given(st.integers(2, 5), st.integers(2, 8), st.integers(0, 2**32 - 1), st.floats(0.1, 50), st.floats(-1e3, 1e3))
def test_shift_scale_and_direction(readers, cases, seed, scale, shift):
    values = draw(np.random.default_rng(seed), readers, cases)
    ours, moved, turned = (
        reader_agreement(measured(one)) for one in (values, scale * values + shift, values[::-1].copy())
    )
    json.dumps(ours.to_json(), allow_nan=False)
    for one, other, back in zip(ours.limits, moved.limits, (*turned.limits[:2], *turned.limits[:1:-1]), strict=True):
        assert other.variance == pytest.approx(scale**2 * one.variance, rel=1e-5, abs=1e-6)
        assert back.variance == pytest.approx(one.variance, rel=1e-6, abs=1e-9)
        assert back.bias.value == pytest.approx(-one.bias.value, abs=1e-9)
        if isinstance(one.lower, Estimate) and isinstance(other.lower, Estimate):
            assert other.lower.value == pytest.approx(scale * one.lower.value, rel=1e-4, abs=1e-3)
            assert (one.lower.value + one.upper.value) / 2 == pytest.approx(one.bias.value, abs=1e-9)


@pytest.mark.parametrize("name", ["mrmc_imrmc_example", "mrmc_zanca_roc"])
def test_plausible_on_reader_studies(name):
    """Limits hold about 95 % of the differences of ratings that exist."""
    table = study(name)
    ours = reader_agreement(table)
    pair = next(row for row in ours.limits if row.kind == "WRBM")
    difference = table.rating[0] - table.rating[1]
    inside = (pair.lower.value <= difference) & (difference <= pair.upper.value)
    assert 0.9 <= inside[~np.isnan(difference)].mean() <= 0.99
    between = next(row for row in ours.limits if row.kind == "BRBM")
    assert between.variance > pair.variance


def test_what_cannot_be_estimated_is_named():
    assert reader_agreement(measured(np.ones((2, 1, 5)))).reason is Reason.TOO_FEW_READERS
    assert reader_agreement(measured(np.ones((2, 3, 1)))).reason is Reason.TOO_FEW_CASES
    same = reader_agreement(measured(np.tile(np.arange(5.0), (2, 3, 1)))).limits[0]
    assert isinstance(same.lower, Undefined)
    assert same.lower.reason is Reason.ZERO_VARIANCE
    assert same.bias.value == 0.0
    one = reader_agreement(measured(draw(np.random.default_rng(1), 3, 5, modalities=1)))
    assert [row.kind for row in one.limits] == ["BRWM"]


def test_nested_readings_leave_undefined_what_they_cannot_show():
    values = draw(np.random.default_rng(4), 3, 12)
    nested = values.copy()
    for reader in range(3):
        nested[:, reader, np.arange(12) % 3 != reader] = np.nan
    ours = reader_agreement(measured(nested))
    within = of_kind(ours, "WRBM")
    assert within.bias.value == pytest.approx(np.nanmean(nested[0] - nested[1]))
    # Pairs counted one by one: 12 differences against all pairs of two readers.
    d = [(reader, x) for reader, row in enumerate(nested[0] - nested[1]) for x in row[~np.isnan(row)]]
    both = np.mean([x * x for _, x in d])
    neither = np.mean([x * y for one, x in d for other, y in d if one != other])
    assert within.variance == pytest.approx(both - neither)
    # No two readers share a case.
    for row in (of_kind(ours, "BRBM"), of_kind(ours, "BRWM")):
        assert {row.variance.reason, row.lower.reason, row.upper.reason} == {Reason.NO_COMMON_CASES}
    part = ours.components["M0", "M1"]
    assert part["case"].reason is Reason.NO_COMMON_CASES
    assert isinstance(part["reader"], float)
    assert "NaN" not in json.dumps(ours.to_json())
    assert "share what it needs" in ours.frames()[0].to_string()


def test_cases_of_one_modality_have_no_difference_between_modalities():
    values = draw(np.random.default_rng(5), 3, 12)
    values[0, :, :6], values[1, :, 6:] = np.nan, np.nan
    ours = reader_agreement(measured(values))
    assert of_kind(ours, "WRBM").bias.reason is Reason.NO_COMMON_CASES
    # Readers with other modalities have other cases: the means differ, the difference on one case was never seen.
    between = of_kind(ours, "BRBM")
    assert between.bias.value == pytest.approx(np.nanmean(values[0]) - np.nanmean(values[1]))
    assert between.lower.reason is Reason.NO_COMMON_CASES
    assert isinstance(of_kind(ours, "BRWM").lower, Estimate)


def test_the_unit_of_a_measurement_does_not_matter():
    values = draw(np.random.default_rng(6), 4, 10) - 100
    large, small = (of_kind(reader_agreement(measured(values * unit)), "WRBM") for unit in (1.0, 1e-9))
    assert small.lower.value == pytest.approx(1e-9 * large.lower.value, rel=1e-9)
    assert small.upper.high == pytest.approx(1e-9 * large.upper.high, rel=1e-9)


def test_an_infinite_measurement_is_refused(tmp_path, capsys):
    values = draw(np.random.default_rng(7), 3, 4)
    values[1, 2, 3] = -np.inf
    with pytest.raises(InputError, match="reader 'R2', case 'C3', modality 'M1': an infinite value"):
        reader_agreement(measured(values))
    path = tmp_path / "table.csv"
    path.write_text("reader,modality,case,rating\nA,CT,1,1\nA,CT,2,inf\nB,CT,1,3\n")
    assert main(["agreement", "--kind", "reader-study", "--csv", str(path)]) == 2
    assert "row 2, column 'rating': inf is not a measurement" in capsys.readouterr().err


@pytest.mark.slow
def test_coverage_of_the_limits():
    generator = np.random.default_rng(3)
    part = {name: sd**2 for name, sd in SDS.items()}
    both = part["modality_reader"] + part["modality_case"] + part["error"]
    truth = {"WRBM": 2 * both, "BRBM": 2 * (both + part["reader"] + part["reader_case"])}
    covered = {(kind, end): 0 for kind in truth for end in ("lower", "upper")}
    for _ in range(500):
        ours = reader_agreement(measured(draw(generator, 8, 60)))
        for kind, end in covered:
            limit = 0.3 + (-1 if end == "lower" else 1) * 1.959964 * np.sqrt(truth[kind])
            outcome = getattr(of_kind(ours, kind), end)
            covered[kind, end] += outcome.low <= limit <= outcome.high
    assert all(0.925 <= count / 500 <= 0.975 for count in covered.values()), covered


def test_command_line():
    arguments = ["agreement", "--kind", "reader-study", "--csv", str(reference_path("mrmc_imrmc_example"))]
    output = io.StringIO()
    assert main([*arguments, "--json"], output) == 0
    answer = json.loads(output.getvalue())
    assert [row["kind"] for row in answer["limits"]] == ["WRBM", "BRBM", "BRWM", "BRWM"]
    output = io.StringIO()
    assert main(arguments, output) == 0
    assert "one reader, two modalities" in output.getvalue()


def test_raters_are_asked_for(tmp_path, capsys):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    assert main(["agreement", "--csv", str(path)]) == 2
    assert "--raters COLUMN,COLUMN" in capsys.readouterr().err
