"""Every result of the reference set is either reproduced by a test, named here, or left out for a reason, given here.

What a test reads is noted as it reads (`reference_reads`), so a row of COVERED whose test no longer takes a number
out of the result fails, and so does a row of NOT_COVERED that some test uses. Modules that this session did not run
as a whole run in a process of their own.
"""

import fnmatch
import json
import os
import subprocess
import sys

import pytest

from tests.validation.stats.reference import REPOSITORY, reference_document, reference_index
from tests.validation.stats.reference_reads import DUMP, PARTLY_RUN, READ, number_paths

REST = "test_reference_rest.py"
OR = "test_mrmc_reference.py"
U = "test_mrmc_u.py"
# Pattern over "file/id": the module that goes through it.
COVERED = {
    "agreement_classics/diagnoses_fleiss": "test_agreement.py",
    "agreement_classics/*_r1_r2*": REST,
    "agreement_classics/vision_kappa": REST,
    "agreement_classics/*_icc": "test_agreement_measurements.py",
    "agreement_classics/krippendorff_missing": REST,
    "agreement_classics/pefr_icc_*": REST,
    "agreement_classics/pefr_[bcr]*": "test_agreement_measurements.py",
    "agreement_irrcac/*": "test_agreement.py",
    "agreement_python/krippendorff_missing": "test_agreement.py",
    "agreement_python/[ad]*": REST,
    "binary_*/single_*": REST,
    "binary_*/paired_*": "test_paired_binary.py",
    "binary_asah_python/*_ge_*": REST,
    "binary_asah_python/auc_s100b_delong": REST,
    "binary_asah_python/mcnemar_*": "test_paired_binary.py",
    "binary_asah_python/average_precision": "test_roc_points.py",
    "binary_asah_python/pauc_mcclish": "test_roc_metrics.py",
    "cad_dobbins2_m3/*": "test_ai_vs_readers.py",
    "cad_nico_lroc/*": "test_lroc.py",
    "cad_nico_roc/auc_per_reader_delong": REST,
    "cad_nico_roc/CadVsRad_*": "test_ai_vs_readers.py",
    "cad_nico_roc_noninferiority/*": "test_ai_vs_readers.py",
    "calib_pima/*_val.prob": "test_calibration_curve.py",
    "calib_pima/*_logistic_recalibration": "test_calibration.py",
    "calib_pima/*_hosmer_lemeshow": "test_calibration_tests.py",
    "calib_pima/*_brier_and_ece": "test_calibration.py",
    "calib_pima_python/*_calzone": REST,
    "calib_pima_python/*_sklearn": REST,
    "calib_pima_python/*_net_benefit": "test_decision_curve.py",
    "edge_cases/pROC_*": REST,
    "edge_cases/MRMCaov_stmc_infinite_scores": "test_roc.py",
    "edge_cases/MRMCaov_stmc_*": REST,
    "edge_cases/binary_*": REST,
    "edge_cases/MRMCaov_identical_*": REST,
    "edge_cases/MRMCaov_all_perfect_*": REST,
    "edge_cases/MRMCaov_*": OR,
    "edge_cases/iMRMC_*": U,
    "edge_cases/RJafroc_*": OR,
    "froc_thompson/froc_sample_size": "test_power.py",
    "froc_*/*": "test_froc.py",
    "mrmc_*/auc_*_delong*": REST,
    "mrmc_*_noninferiority/delong_test_*": "test_margins.py",
    "mrmc_*_noninferiority/*": OR,
    "mrmc_*/OR_binormal_auc": "test_mrmc_binormal.py",
    "mrmc_*/OR_*": OR,
    "mrmc_*/RJafroc_*": OR,
    "mrmc_*/s[rt]mc_*": OR,
    "mrmc_*/iMRMC_*": U,
    "mrmc_viper_*/published_*": U,
    "mrmc_vandyke/sample_size": "test_power.py",
    "published_values/iowa_vandyke": REST,
    "published_values/iowa_fedroc": "test_froc.py",
    "published_values/*": REST,
    "roc_asah/auc": "test_roc.py",
    "roc_asah/bootstrap": "test_roc_bootstrap.py",
    "roc_asah/paired_tests": "test_roc_compare.py",
    "roc_asah/unpaired_delong": "test_roc_clustered.py",
    "roc_asah/coords_*": "test_roc.py",
    "roc_asah/best_*": "test_roc_points.py",
    "roc_asah/power": "test_power.py",
    "roi_sim/fom_ROI": "test_roi.py",
    "seg_liver/*": "test_segmentation.py",
}
# Pattern over "file/id": why nothing of ours should equal it. These rows come before those of COVERED.
NOT_COVERED = {
    "agreement_classics/diagnoses_kripp_nominal": "irr's alpha without gaps; `krippendorff` and irrCAC agree with us",
    "agreement_classics/anxiety_kripp": "irr's alpha without gaps; `krippendorff` and irrCAC agree with us",
    "agreement_classics/anxiety_kendall_w": "Kendall's W is no method of ours",
    "calib_pima/*_ICI_loess": "loess is another smoother than lowess; val.prob's lowess is reproduced",
    "mrmc_*/OR_binormalLR_auc": "the proper binormal model is no method of ours; the conventional one is reproduced",
    "roc_asah/precision_recall": "trapezoids under a precision-recall curve; average precision is scikit-learn's",
}


def names():
    return [
        f"{entry['file'].split('/')[1][:-5]}/{identity}" for entry in reference_index() for identity in entry["ids"]
    ]


def row_of(name):
    """Give (module, None) for a result that is covered, (None, reason) for one that is not."""
    reason = next((why for pattern, why in NOT_COVERED.items() if fnmatch.fnmatchcase(name, pattern)), None)
    if reason is not None:
        return None, reason
    return next((module for pattern, module in COVERED.items() if fnmatch.fnmatchcase(name, pattern)), None), None


def holds_a_number(name):
    file, identity = name.split("/", 1)
    (found,) = [one for one in reference_document(file)["results"] if one["id"] == identity]
    return any(True for _ in number_paths(found["values"], name))


@pytest.fixture(scope="module")
def read(request, tmp_path_factory):
    """Say which modules took numbers out of which results, having run those that this session did not."""
    modules = sorted(set(COVERED.values()))
    here = {item.path.name for item in request.session.items} - PARTLY_RUN
    missing = [module for module in modules if module not in here]
    found = {path: set(readers) for path, readers in READ.items()}
    if missing:
        dump = tmp_path_factory.mktemp("reads") / "reads.json"
        folder = "tests/validation/stats"
        paths = [f"{folder}/{module}" for module in missing]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths],
            cwd=REPOSITORY,
            env={**os.environ, DUMP: str(dump)},
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:]
        for path, readers in json.loads(dump.read_text()).items():
            found.setdefault(path, set()).update(readers)
    return found


def test_every_result_is_in_one_list_and_every_row_stands_for_one():
    listed = {name: row_of(name) for name in names()}
    assert len(listed) == sum(entry["n_results"] for entry in reference_index())
    assert [name for name, row in listed.items() if row == (None, None)] == []
    for pattern in (*COVERED, *NOT_COVERED):
        assert any(fnmatch.fnmatchcase(name, pattern) for name in listed), f"{pattern} stands for nothing"
    for module in set(COVERED.values()):
        assert (REPOSITORY / "tests" / "validation" / "stats" / module).is_file(), module


@pytest.mark.timeout(1600)
def test_the_tests_named_here_read_the_results(read):
    readers: dict[str, set[str]] = {}
    for path, modules in read.items():
        readers.setdefault("/".join(path.split("/")[:2]), set()).update(modules)
    unread = [
        (name, row_of(name)[0])
        for name in names()
        if row_of(name)[0] is not None and row_of(name)[0] not in readers.get(name, set()) and holds_a_number(name)
    ]
    assert unread == []
    assert [name for name in names() if name in readers and row_of(name)[1] in NOT_COVERED.values()] == []


@pytest.mark.timeout(1600)
def test_most_numbers_of_the_results_are_compared(read):
    """Count numbers, not results: the rest are sums of squares, other tools' intervals, and what follows from these."""
    every = {
        path
        for name in names()
        if row_of(name)[0] is not None
        for one in reference_document(name.split("/")[0])["results"]
        if one["id"] == name.split("/", 1)[1]
        for path in number_paths(one["values"], name)
    }
    assert len(every & set(read)) / len(every) > LEAST_SHARE


# Raise it with the tests; never lower it.
LEAST_SHARE = 0.6
