import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tests.validation.stats.reference import reference_values
from tests.validation.stats.studies import study
from validation.stats import Reason, Undefined
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.mrmc_design import readings
from validation.stats.reclassification import reclassification

CASES = 8
TRUTH = np.array([1, 1, 1, 1, 0, 0, 0, 0])
AI = np.array([1, 1, 0, 0, 0, 0, 1, 1])
CALLS = {
    # Right and wrong before, the AI right and wrong: every situation once or more.
    ("A", "alone"): [1, 0, 1, 0, 0, 1, 0, 1],
    ("A", "aided"): [1, 1, 0, 0, 0, 0, 1, 1],
    ("B", "alone"): [0, 0, 1, 1, 0, 0, 0, 0],
    ("B", "aided"): [1, 0, 1, 0, 0, 1, 0, 1],
}


def frame(calls=CALLS, ai=AI, truth=TRUTH):
    rows = [
        {"reader": reader, "modality": phase, "case": case, "truth": truth[case], "rating": call}
        for (reader, phase), row in calls.items()
        for case, call in enumerate(row)
    ]
    rows += [
        {"reader": "AI", "modality": "AI alone", "case": case, "truth": truth[case], "rating": call}
        for case, call in enumerate(ai)
    ]
    return pd.DataFrame(rows)


def table(**parts):
    columns = frame(**parts)
    return readings(**{name: columns[name] for name in columns})


def of_one_reader(before, after, truth):
    cases = np.tile(np.arange(len(truth)), 2)
    return readings(
        reader=["A"] * len(cases),
        modality=["alone"] * len(truth) + ["aided"] * len(truth),
        case=cases,
        truth=np.tile(truth, 2),
        rating=np.concatenate((before, after)),
    )


def small():
    return reclassification(table(), "alone", "aided", threshold=1, ai="AI")


def test_counts_by_hand():
    counts = {
        (row.reader, row.group, row.ai_right): (row.kept_right, row.benefit, row.harm, row.kept_wrong)
        for row in small().counts
    }
    # A: positives 1->1, 0->1, 1->0, 0->0; negatives 0->0, 1->0, 0->1, 1->1: each once in either class.
    assert counts["A", "positives", None] == (1, 1, 1, 1)
    assert counts["A", "negatives", None] == (1, 1, 1, 1)
    # The AI is right on the first two positives and the first two negatives.
    assert counts["A", "positives", True] == (1, 1, 0, 0)
    assert counts["A", "positives", False] == (0, 0, 1, 1)
    # B: positives 0->1, 0->0, 1->1, 1->0; negatives 0->0, 0->1, 0->0, 0->1.
    assert counts["B", "all", None] == (3, 1, 3, 1)
    assert counts["all readers", "all", None] == (5, 3, 5, 3)
    assert counts["all readers", "all", False] == (2, 0, 4, 2)


@pytest.mark.parametrize(
    ("measure", "group", "events", "counted"),
    [
        ("benefit", "all", 3, 16),
        ("harm", "negatives", 3, 8),
        ("corrected", "all", 3, 6),
        ("spoiled", "all", 5, 10),
        # Right before, AI wrong: A case 2, 6; B cases 2, 3, 6, 7. Turned wrong: A both, B cases 3 and 7.
        ("automation_bias", "all", 4, 6),
        ("automation_bias", "positives", 2, 3),
        ("automation_bias", "negatives", 2, 3),
        # Wrong before, AI right: A cases 1, 5; B cases 0, 1. Still wrong: B case 1.
        ("under_reliance", "all", 1, 4),
        # Those ten readings: right after are A 1, 5, B 0 and B 2, 6; with the AI after: A 1, 5, B 0, A 2, 6, B 3, 7.
        ("appropriate_reliance", "all", 5, 10),
        ("followed_ai", "all", 7, 10),
        ("right_when_ai_wrong", "all", 2, 8),
        ("right_when_ai_right", "all", 6, 8),
    ],
)
def test_shares_by_hand(measure, group, events, counted):
    outcome = small().change(measure, group).outcome
    assert outcome.n == counted
    assert outcome.value == pytest.approx(events / counted)
    if outcome.low is None:
        # Both readers have the same share, and every case has one event in two: nothing varies.
        assert outcome.value == 0.5
        assert "no variance" in outcome.note
    else:
        assert outcome.low < outcome.value < outcome.high


def test_net_benefit_is_the_change_of_accuracy_and_the_nri_of_youden():
    ours = small()
    assert ours.change("net_benefit").outcome.value == pytest.approx((3 - 5) / 16)
    assert ours.change("nri").outcome.value == pytest.approx((2 - 2) / 8 + (1 - 3) / 8)
    assert ours.change("nri", reader="B").outcome.value == pytest.approx((1 - 1) / 4 + (0 - 2) / 4)


def test_pencina_printed_example():
    """Pencina et al. 2008: HDL in Framingham, 29 of 183 events up and 7 down, 174 of 3081 others down and 173 up."""
    truth = np.repeat([1, 0], [183, 3081])
    before = np.concatenate((np.repeat([0, 1, 1], [29, 7, 147]), np.repeat([1, 0, 0], [174, 173, 2734])))
    after = np.concatenate((np.repeat([1, 0, 1], [29, 7, 147]), np.repeat([0, 1, 0], [174, 173, 2734])))
    ours = reclassification(of_one_reader(before, after, truth), "alone", "aided", threshold=1)
    nri = ours.change("nri", reader="A")
    assert nri.outcome.value == pytest.approx(0.121, abs=5e-4)
    # z = 3.616 is printed.
    assert norm.isf(nri.p / 2) == pytest.approx(3.616, abs=5e-4)
    # With this many cases all intervals are the normal one, here without the term of the squared difference.
    se = np.sqrt(36 / 183**2 + 347 / 3081**2)
    assert (nri.outcome.low, nri.outcome.high) == pytest.approx(
        (nri.outcome.value - 1.96 * se, nri.outcome.value + 1.96 * se), abs=0.006
    )


@pytest.mark.parametrize(("group", "measure"), [("positives", "sens"), ("negatives", "spec")])
@pytest.mark.parametrize(("name", "threshold"), [("vandyke", 3), ("zanca_roc", 3)])
def test_net_benefit_is_mrmcaov_on_sensitivity_and_specificity(name, threshold, group, measure):
    values = reference_values(f"mrmc_{name}", f"OR_binary_{measure}_ge{threshold}")
    expected = values["test_diffs"][0]
    ours = reclassification(study(f"mrmc_{name}"), "M2", "M1", threshold=threshold).change("net_benefit", group)
    assert expected["Comparison"] == "M1 - M2"
    assert ours.outcome.value == pytest.approx(expected["Estimate"], rel=1e-9, abs=1e-12)
    assert ours.df == pytest.approx(expected["df"], rel=1e-8)
    assert ours.p == pytest.approx(expected["p-value"], rel=1e-8)


def test_swapping_the_phases_swaps_benefit_and_harm():
    ours, mirrored = small(), reclassification(table(), "aided", "alone", threshold=1, ai="AI")
    for group in ("all", "positives", "negatives"):
        assert ours.change("benefit", group).outcome == mirrored.change("harm", group).outcome
        assert ours.change("net_benefit", group).outcome.value == -mirrored.change("net_benefit", group).outcome.value
        assert ours.change("net_benefit", group).p == pytest.approx(mirrored.change("net_benefit", group).p)


@settings(max_examples=40)
@given(st.integers(1, 4), st.integers(1, 10), st.integers(0, 2**32 - 1))
def test_shares_add_up_for_any_calls(readers, cases, seed):
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 2, cases)
    calls = {
        (f"R{reader}", phase): generator.integers(0, 2, cases)
        for reader in range(readers)
        for phase in ("alone", "aided")
    }
    ours = reclassification(
        table(calls=calls, ai=generator.integers(0, 2, cases), truth=truth), "alone", "aided", threshold=1, ai="AI"
    )
    json.dumps(ours.to_json(), allow_nan=False)
    by_class = {row.group: row for row in ours.counts if row.reader == "all readers" and row.ai_right is None}
    for kind in ("kept_right", "benefit", "harm", "kept_wrong"):
        parts = [getattr(by_class[group], kind) for group in ("positives", "negatives")]
        assert getattr(by_class["all"], kind) == sum(parts)
    net = ours.change("net_benefit").outcome
    assert net.value == pytest.approx(ours.change("benefit").outcome.value - ours.change("harm").outcome.value)
    for change in ours.changes:
        if not isinstance(change.outcome, Undefined) and change.outcome.low is not None:
            assert change.outcome.low - 1e-9 <= change.outcome.value <= change.outcome.high + 1e-9


def test_readings_in_one_phase_and_an_absent_ai_are_said():
    columns = frame()
    columns = columns[~((columns.reader == "A") & (columns.modality == "aided") & (columns.case == 0))]
    columns = columns[~((columns.reader == "AI") & (columns.case == 1))]
    ours = reclassification(
        readings(**{name: columns[name] for name in columns}), "alone", "aided", threshold=1, ai="AI"
    )
    assert ours.change("benefit").outcome.n == 15
    # The eight readings of cases 0 to 7 by B and seven by A, less two of case 1.
    assert ours.change("right_when_ai_right").outcome.n + ours.change("right_when_ai_wrong").outcome.n == 13
    assert any(note.startswith("1 readings exist in one of the two phases") for note in ours.notes)
    assert any(note.startswith("The AI's decision is missing for 1 cases") for note in ours.notes)


def test_degenerate_studies_are_named():
    unchanged = reclassification(of_one_reader([0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1]), "alone", "aided", threshold=1)
    assert unchanged.change("corrected").outcome.reason is Reason.ZERO_DENOMINATOR
    assert unchanged.change("net_benefit").p is None
    assert unchanged.change("nri", reader="A").p is None
    one_class = reclassification(of_one_reader([0, 1], [1, 1], [1, 1]), "alone", "aided", threshold=1)
    assert one_class.change("nri").outcome.reason is Reason.ZERO_DENOMINATOR
    assert one_class.change("nri", reader="A").outcome.reason is Reason.ZERO_DENOMINATOR
    assert not any(change.measure == "automation_bias" for change in one_class.changes)


def test_wrong_requests_are_refused():
    with pytest.raises(InputError, match="no phase 'later'; there is AI alone, aided, alone"):
        reclassification(table(), "alone", "later", threshold=1)
    with pytest.raises(InputError, match="are different, not both 'alone'"):
        reclassification(table(), "alone", "alone", threshold=1)
    with pytest.raises(InputError, match="there is no reader 'X'; the readers are A, AI, B"):
        reclassification(table(), "alone", "aided", threshold=1, ai="X")
    with pytest.raises(InputError, match="no reader read the same case"):
        reclassification(table(), "alone", "AI alone", threshold=1)
    columns = pd.concat([frame(), frame().query("reader == 'AI'").assign(modality="aided", rating=0)])
    with pytest.raises(InputError, match="calls case '0' positive in one phase and negative in another"):
        reclassification(readings(**{name: columns[name] for name in columns}), "alone", "aided", threshold=1, ai="AI")


@pytest.mark.slow
def test_coverage_of_pooled_intervals():
    """Readers and cases of a probit model; the true values by 300 readers and 3000 cases."""
    generator = np.random.default_rng(12)

    def draw(readers, cases):
        truth, ai = np.arange(cases) % 2 == 1, generator.random(cases) < 0.8
        hard = generator.normal(0, 0.7, cases) + 0.5 * np.where(ai, 1, -1)
        skill = generator.normal(0.6, 0.4, (readers, 1))
        before = skill + hard + generator.standard_normal((readers, cases)) > 0
        trust = generator.normal(0.0, 0.5, (readers, 1))
        follows = trust + generator.standard_normal((readers, cases)) > 0.3
        after = np.where(follows, ai, before)
        calls = {}
        for reader in range(readers):
            calls[f"R{reader}", "alone"] = np.where(before[reader], truth, ~truth).astype(int)
            calls[f"R{reader}", "aided"] = np.where(after[reader], truth, ~truth).astype(int)
        return reclassification(
            laid_out(calls, np.where(ai, truth, ~truth), truth), "alone", "aided", threshold=1, ai="AI"
        )

    wanted = (("net_benefit", "all"), ("nri", "all"), ("automation_bias", "all"), ("harm", "positives"))
    large = draw(300, 3000)
    truths = {key: large.change(*key).outcome.value for key in wanted}
    covered = dict.fromkeys(wanted, 0)
    for _ in range(200):
        ours = draw(8, 100)
        for key in wanted:
            outcome = ours.change(*key).outcome
            covered[key] += outcome.low <= truths[key] <= outcome.high
    # Three standard errors of 200 replicates below 95 %, and not all.
    assert all(0.905 <= count / 200 < 1.0 for count in covered.values()), covered


def laid_out(calls, ai, truth):
    """The same as `table`, fast."""
    cases = len(truth)
    rows = [*calls, ("AI", "AI alone")]
    return readings(
        reader=np.repeat([row[0] for row in rows], cases),
        modality=np.repeat([row[1] for row in rows], cases),
        case=np.tile(np.arange(cases), len(rows)),
        truth=np.tile(truth, len(rows)),
        rating=np.concatenate([*calls.values(), ai]).astype(float),
    )


def test_command_line(tmp_path, capsys):
    path = tmp_path / "phases.csv"
    frame().to_csv(path, index=False)
    arguments = ["ai-vs-readers", "--csv", str(path), "--phases", "alone", "aided", "--ai-reader", "AI"]
    output = io.StringIO()
    assert main([*arguments, "--json"], output) == 0
    answer = json.loads(output.getvalue())
    assert answer["reclassification"] == json.loads(json.dumps(small().to_json()))
    assert answer["with_and_without"]["differences"][0]["a"] == "aided"
    output = io.StringIO()
    assert main(arguments, output) == 0
    for word in ("kept_right", "automation_bias", "net_benefit", "aided - alone"):
        assert word in output.getvalue()
    frame().assign(rating=lambda rows: rows.rating + 1).to_csv(path, index=False)
    assert main(arguments) == 2
    assert "--phases needs --threshold" in capsys.readouterr().err
    assert main([*arguments, "--threshold", "2"], io.StringIO()) == 0
    assert main(["ai-vs-readers", "--csv", str(path)]) == 2
    assert "name the AI with --ai-reader" in capsys.readouterr().err
