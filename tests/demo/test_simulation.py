"""Simulated readers have the skill that is stated."""

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from annotations.domain.payload import incompleteness, payload_problems
from annotations.domain.schema import schema_problems
from portal.demo.accounts import READERS
from portal.demo.phantoms.volume import Grid, Lesion
from portal.demo.reader_studies import NODULE_QUESTIONS, QUALITY_QUESTIONS
from portal.demo.simulation import Skill, case_effect, impression, marks
from portal.inference.prediction_input import PULMONARY_NODULE

GRID = Grid(24, 256, 256, 1.4, 3.0)
LESIONS = (Lesion("L1", (-80.0, 10.0, 4.4), 12.0, 0.0), Lesion("L2", (70.0, -5.0, -12.1), 6.0, 0.0))


def test_the_stated_area_is_that_of_the_binormal_model():
    """Phi(d'/sqrt 2) (Swets 1986): 1/2 without skill, 0.9214 for d' = 2."""
    assert Skill(0, 0, 0).area_under_the_curve == 0.5
    assert Skill(2, 0, 0).area_under_the_curve == pytest.approx(0.9214, abs=1e-4)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.username)
def test_over_many_cases_a_reader_reaches_the_stated_skill(reader):
    """The spread of the area over 4000 cases is below 0.01 (Hanley and McNeil 1982)."""
    truth = [number % 2 for number in range(4000)]
    seen = [impression(reader.skill, 1, number, has_nodule=bool(t)) for number, t in enumerate(truth)]
    area = roc_auc_score(truth, [one.strength for one in seen])
    assert area == pytest.approx(reader.skill.area_under_the_curve, abs=0.02)
    specificity = np.mean([not one.call for one, t in zip(seen, truth, strict=True) if not t])
    expected = 0.5 * (1 + math.erf(reader.skill.criterion / math.sqrt(2)))
    assert specificity == pytest.approx(expected, abs=0.03)


def test_hard_cases_are_hard_for_everybody():
    numbers = range(2000)
    first = [impression(READERS[0].skill, 1, number, has_nodule=False).strength for number in numbers]
    second = [impression(READERS[1].skill, 2, number, has_nodule=False).strength for number in numbers]
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.4, abs=0.06)
    assert np.var([case_effect(number) for number in numbers]) == pytest.approx(0.4, abs=0.05)


def test_an_impression_does_not_depend_on_the_order_of_reading():
    skill = READERS[0].skill
    late = [impression(skill, 1, number, has_nodule=True) for number in (5, 3)]
    assert late == [impression(skill, 1, number, has_nodule=True) for number in (3, 5)][::-1]


def test_confidence_rises_with_the_impression():
    seen = [impression(READERS[2].skill, 3, number, has_nodule=bool(number % 2)) for number in range(300)]
    ordered = sorted(seen, key=lambda one: one.strength)
    assert [one.confidence for one in ordered] == sorted(one.confidence for one in seen)
    assert {one.suspicion for one in seen} <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("lesions", [(), LESIONS[:1], LESIONS])
def test_marks_make_a_payload_that_can_be_signed(lesions):
    findings = marks(READERS[0].skill, 1, 7, "CASE 007", GRID, lesions)
    payload = {
        "version": 3,
        "answers": {"nodule_present": True, "suspicion": 4, "confidence": 75},
        "findings": [{**finding, "code": PULMONARY_NODULE} for finding in findings],
        "ai_decisions": [],
    }
    assert payload_problems(payload, NODULE_QUESTIONS) == []
    assert incompleteness(payload, NODULE_QUESTIONS) == []


def test_marks_lie_on_a_slice_near_the_lesion():
    offsets = []
    for case in range(200):
        (finding,) = marks(Skill(2, 0, 2.0), 1, case, "CASE 001", GRID, LESIONS[:1])
        (mark,) = finding["marks"]
        points = np.array(mark["geometry"]["points_mm"])
        assert len(set(points[:, 2])) == 1
        assert (points[0, 2] - GRID.origin_mm[2]) / GRID.slice_mm == pytest.approx(
            round((points[0, 2] - GRID.origin_mm[2]) / GRID.slice_mm), abs=1e-6
        )
        assert mark["measurements"]["length_mm"] == pytest.approx(points[1, 0] - points[0, 0], abs=0.011)
        offsets.append(points.mean(axis=0) - LESIONS[0].center_mm)
    assert np.std(np.array(offsets)[:, :2], axis=0) == pytest.approx([2.0, 2.0], abs=0.35)


def test_the_forms_are_valid():
    assert schema_problems(NODULE_QUESTIONS) == []
    assert schema_problems(QUALITY_QUESTIONS) == []
