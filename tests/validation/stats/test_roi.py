import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_path, reference_values
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_design import readings
from validation.stats.results import Reason
from validation.stats.roc_clustered import clustered_auc
from validation.stats.roi import RoiFigures, roi, roi_study


def laid_out(table):
    return roi_study(**{name: table[name] for name in ("reader", "modality", "case", "truth", "rating")})


def regions(seed=0, cases=8, readers=3, levels=4):
    """Regions of cases of unequal size; the first two have both kinds."""
    generator = np.random.default_rng(seed)
    size = generator.integers(1, 5, cases) + 1
    case = np.repeat(np.arange(cases), size)
    truth = generator.integers(0, 2, len(case))
    start = np.concatenate(([0], np.cumsum(size)[:-1]))
    truth[start[:2]], truth[start[:2] + 1] = 1, 0
    frames = [
        pd.DataFrame({"reader": reader, "modality": modality, "case": case, "truth": truth}).assign(
            rating=generator.integers(0, levels, len(case)) + truth
        )
        for modality in ("M1", "M2")
        for reader in range(readers)
    ]
    return pd.concat(frames, ignore_index=True)


def by_definition(one):
    """All pairs of a region with and one without a lesion, in plain loops."""
    positive, negative = one[one.truth == 1].rating, one[one.truth == 0].rating
    wins = sum((a > b) + 0.5 * (a == b) for a in positive for b in negative)
    return wins / (len(positive) * len(negative))


def test_rjafroc_figures_of_merit():
    data = reference_data("roi_sim").rename(columns={"roi_truth": "truth"})
    figures = RoiFigures(laid_out(data))
    ours = dict(zip(figures.cells, figures.values(), strict=True))
    for row in reference_values("roi_sim", "fom_ROI"):
        assert ours[row["modality"], row["reader"]] == pytest.approx(row["value"], rel=1e-9)


def test_error_of_one_reader_is_obuchowskis():
    # The jackknife over cases and Obuchowski's clustered variance are the same to the first order.
    data = reference_data("roi_sim").rename(columns={"roi_truth": "truth"})
    result = roi(laid_out(data))
    for row in result.readers:
        one = data[(data.reader == row.reader) & (data.modality == row.modality)]
        theirs = clustered_auc(one.truth, one.rating, one.case)
        assert row.outcome.value == pytest.approx(theirs.value, rel=1e-12)
        assert row.outcome.high - row.outcome.low == pytest.approx(theirs.high - theirs.low, rel=0.03)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 5000), levels=st.sampled_from([1, 3, 50]))
def test_area_and_jackknife_by_definition(seed, levels):
    table = regions(seed, levels=levels)
    figures = RoiFigures(laid_out(table))
    one = table[(table.modality == "M2") & (table.reader == 1)]
    assert figures.values()[4] == pytest.approx(by_definition(one), abs=1e-12)
    if figures.lacking() is None:
        without = figures.leave_one_out()
        for number, case in enumerate(sorted(table.case.unique(), key=str)):
            assert without[1, 1, number] == pytest.approx(by_definition(one[one.case != case]), abs=1e-12)


def test_one_region_a_case_is_the_usual_area():
    generator = np.random.default_rng(7)
    truth = np.tile(np.repeat([0, 1], 20), 6)
    table = {
        "reader": np.tile(np.repeat([1, 2, 3], 40), 2),
        "modality": np.repeat(["M1", "M2"], 120),
        "case": np.tile(np.arange(40), 6),
        "truth": truth,
        "rating": generator.integers(0, 6, 240) + 2 * truth,
    }
    ours, theirs = roi(roi_study(**table)), mrmc(readings(**table))
    assert ours.tests["RRRC"].p == pytest.approx(theirs.tests["RRRC"].p, rel=1e-9)
    assert ours.variance_components.cov2 == pytest.approx(theirs.variance_components.cov2, rel=1e-9)
    assert roi(roi_study(**table), method="dbm").tests["RRRC"].f == pytest.approx(ours.tests["RRRC"].f, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 5000))
def test_symmetries(seed):
    table = regions(seed)
    values = np.array(RoiFigures(laid_out(table)).values())
    assert ((values >= 0.0) & (values <= 1.0)).all()
    bent = table.assign(rating=np.exp(table.rating))
    assert RoiFigures(laid_out(bent)).values() == pytest.approx(values)
    turned = table.assign(truth=1 - table.truth)
    assert RoiFigures(laid_out(turned)).values() == pytest.approx(1.0 - values)
    shuffled = table.sample(frac=1.0, random_state=seed)
    assert RoiFigures(laid_out(shuffled)).values() == pytest.approx(values)
    twice = pd.concat([table, table.assign(case=table.case + 1000)])
    assert RoiFigures(laid_out(twice)).values() == pytest.approx(values)


def test_undefined_is_named():
    table = regions()
    assert roi(laid_out(table.assign(truth=0))).tests["RRRC"].reason is Reason.NO_POSITIVE_CASES
    assert roi(laid_out(table.assign(truth=1))).tests["RRRC"].reason is Reason.NO_NEGATIVE_CASES
    lone = table.assign(truth=(table.case == 0).astype(int))
    assert roi(laid_out(lone)).tests["RRRC"].reason is Reason.TOO_FEW_CASES
    flat = roi(laid_out(table.assign(rating=1)))
    assert flat.tests["RRRC"].reason is Reason.ZERO_VARIANCE
    assert {row.outcome.value for row in flat.readers} == {0.5}
    alone = roi(laid_out(table[table.reader == 0]))
    assert alone.tests["RRRC"].reason is Reason.TOO_FEW_READERS


def test_a_region_that_was_not_rated_ties_with_its_like():
    table = regions().astype({"rating": float})
    lowest = table.assign(rating=table.rating.where(table.rating > 1, -np.inf))
    low = table.assign(rating=table.rating.where(table.rating > 1, -99.0))
    assert RoiFigures(laid_out(lowest)).values() == RoiFigures(laid_out(low)).values()


def test_bad_tables_are_refused():
    table = regions()
    with pytest.raises(InputError, match="everyone rates the same regions"):
        laid_out(table.drop(index=3))
    with pytest.raises(InputError, match="there is no region"):
        laid_out(table[:0])
    with pytest.raises(InputError, match="row 2, column 'truth': 2 is neither 0 nor 1"):
        laid_out(table.assign(truth=[0, 2] + [0] * (len(table) - 2)))
    with pytest.raises(InputError, match="row 1, column 'rating': nan is not a number"):
        laid_out(table.assign(rating=np.nan))


def test_command_line(capsys, tmp_path):
    output = io.StringIO()
    path = str(reference_path("roi_sim"))
    assert main(["lroc", "--csv", path, "--truth", "roi_truth", "--fom", "roi", "--json"], output) == 0
    document = json.loads(output.getvalue())
    assert document["fom"] == "roi"
    expected = {(row["modality"], row["reader"]): row["value"] for row in reference_values("roi_sim", "fom_ROI")}
    assert {(row["modality"], row["reader"]): row["fom"] for row in document["readers"]} == pytest.approx(expected)
    regions().drop(index=3).to_csv(tmp_path / "regions.csv", index=False)
    assert main(["lroc", "--csv", str(tmp_path / "regions.csv"), "--fom", "roi"]) == 2
    assert "everyone rates the same regions" in capsys.readouterr().err
    assert main(["lroc", "--csv", path, "--truth", "roi_truth", "--fom", "roi", "--curve"]) == 2
    assert "not for roi" in capsys.readouterr().err
