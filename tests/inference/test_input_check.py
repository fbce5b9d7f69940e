"""The input check on phantoms with planted faults: each is found by its name, and nothing else is."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from portal import jobs
from portal.accounts.models import User
from portal.demo.phantoms.catalogue import make_phantom
from portal.demo.phantoms.dicom import to_datasets
from portal.imaging.geometry import plane
from portal.inference.access import model_version_by_id
from portal.inference.input_check import (
    NOT_CHECKED,
    PASSED,
    Check,
    ImageHeader,
    header_checks,
    header_of,
    pixel_checks,
    refusals,
)
from portal.inference.models import AiModel, InferenceItem, InferenceRun, ModelVersion, Prediction
from portal.inference.runner import inference_run_work
from portal.inference.services import inference_run_create, inference_run_retry, model_version_register
from tests.inference.cards import card

SLICES = 8
Change = Callable[[list[Dataset]], Sequence[Dataset]]


@pytest.fixture(scope="module")
def datasets() -> list[Dataset]:
    return list(to_datasets(make_phantom("CHECKED", 5, nodules=0, slices=SLICES), day=0, compress=False))


def codes(checks: Sequence[Check]) -> list[str]:
    return [one.code for one in refusals(checks)]


def check(datasets: Sequence[Dataset], **of_input: Any) -> list[Check]:
    return header_checks(card(**of_input)["input"], [header_of(one) for one in datasets])


def test_a_case_as_specified_passes_every_check(datasets: list[Dataset]) -> None:
    spacing = float(datasets[0].SpacingBetweenSlices)
    checks = check(datasets, minimum_slices=SLICES, minimum_coverage_mm=SLICES * spacing, views=[])
    assert {one.outcome for one in checks} == {PASSED}
    assert [one.check for one in checks] == [
        "modality",
        "body_part",
        "burned_in",
        "slices",
        "orientation",
        "pixel_spacing",
        "slice_spacing",
        "coverage",
        "slice_gaps",
    ]


@pytest.mark.parametrize(
    ("of_input", "code"),
    [
        ({"modality": "MR"}, "wrong_modality"),
        ({"body_parts": ["HEAD", "NECK"]}, "wrong_body_part"),
        ({"orientation": "CORONAL"}, "wrong_orientation"),
        ({"orientation": "SAGITTAL"}, "wrong_orientation"),
        ({"minimum_slices": SLICES + 1}, "too_few_slices"),
        ({"pixel_spacing_mm": {"minimum": 0.01, "maximum": 0.02}}, "pixel_spacing_outside"),
        ({"slice_spacing_mm": {"minimum": 100, "maximum": 200}}, "slice_spacing_outside"),
        ({"minimum_coverage_mm": 4000}, "too_little_coverage"),
    ],
)
def test_a_case_outside_the_specification_is_refused_by_name(
    datasets: list[Dataset], of_input: dict[str, Any], code: str
) -> None:
    assert codes(check(datasets, **of_input)) == [code]


def planted(**values: Any) -> Change:
    def change(datasets: list[Dataset]) -> Sequence[Dataset]:
        for name, value in values.items():
            setattr(datasets[3], name, value)
        return datasets

    return change


def without(*indices: int) -> Change:
    return lambda datasets: [one for index, one in enumerate(datasets) if index not in indices]


def doubled(datasets: list[Dataset]) -> Sequence[Dataset]:
    return [*datasets, datasets[2]]


FAULTS: list[tuple[Change, str]] = [
    (planted(Modality="PT"), "wrong_modality"),
    (planted(BodyPartExamined="HEAD"), "wrong_body_part"),
    (planted(BurnedInAnnotation="YES"), "burned_in_annotation"),
    (planted(PixelSpacing=[9.0, 9.0]), "pixel_spacing_outside"),
    (planted(ImageOrientationPatient=[1, 0, 0, 0, 0, -1]), "wrong_orientation"),
    (planted(ImagePositionPatient=None), "no_geometry"),
    (without(4), "slice_gap"),
    (without(3, 4), "slice_gap"),
    (doubled, "repeated_slices"),
]


@pytest.mark.parametrize(("change", "code"), FAULTS)
def test_a_planted_fault_of_one_image_is_found(datasets: list[Dataset], change: Change, code: str) -> None:
    assert codes(check(change(copy.deepcopy(datasets))))[0] == code


@pytest.mark.parametrize(
    ("change", "code"),
    [(planted(BodyPartExamined=""), "no_body_part"), (planted(BurnedInAnnotation=""), "burned_in_unknown")],
)
def test_what_the_header_does_not_say_is_told_and_not_refused(
    datasets: list[Dataset], change: Change, code: str
) -> None:
    checks = check(change(copy.deepcopy(datasets)))
    assert codes(checks) == []
    assert [one.code for one in checks if one.outcome == NOT_CHECKED] == [code]


def test_the_view_of_a_projection_is_checked() -> None:
    mammogram = ImageHeader(modality="MG", body_part="BREAST", view="CC", burned_in="NO", plane=None)
    asked = {"modality": "MG", "body_parts": ["BREAST"], "minimum_slices": 1, "orientation": None}
    free = {"pixel_spacing_mm": None, "slice_spacing_mm": None}
    assert codes(header_checks(card(**asked, **free, views=["CC", "MLO"])["input"], [mammogram])) == []
    assert codes(header_checks(card(**asked, **free, views=["MLO"])["input"], [mammogram])) == ["wrong_view"]


def stack(positions_mm: Sequence[float]) -> list[ImageHeader]:
    made = [plane([0, 0, position], [1, 0, 0, 0, 1, 0], [0.7, 0.7]) for position in positions_mm]
    return [ImageHeader("CT", "CHEST", "", "NO", one) for one in made]


@given(
    number=st.integers(5, 60),
    spacing=st.floats(0.6, 10),
    start=st.floats(-500, 500),
    data=st.data(),
)
def test_any_missing_slice_is_found_and_no_other(
    number: int, spacing: float, start: float, data: st.DataObject
) -> None:
    """Closed form: n slices at distance s cover n s; without one inner slice one gap is 2 s."""
    positions = [start + spacing * index for index in range(number)]
    specification = card(minimum_coverage_mm=number * spacing)["input"]
    assert codes(header_checks(specification, stack(positions))) == []
    too_much = card(minimum_coverage_mm=(number + 1) * spacing)["input"]
    assert codes(header_checks(too_much, stack(positions))) == ["too_little_coverage"]
    lost = data.draw(st.integers(1, number - 2))
    shuffled = data.draw(st.permutations([*positions[:lost], *positions[lost + 1 :]]))
    checks = header_checks(card(minimum_slices=1)["input"], stack(shuffled))
    assert codes(checks) == ["slice_gap"]
    assert f"between slices {lost} and {lost + 1}" in refusals(checks)[0].detail


@pytest.mark.parametrize(("tilt_degrees", "code"), [(0, []), (30, []), (45, ["wrong_orientation"])])
def test_a_tilted_gantry_is_axial_still(tilt_degrees: float, code: list[str]) -> None:
    tilt = np.radians(tilt_degrees)
    columns = [0, np.cos(tilt), np.sin(tilt)]
    normal = np.cross([1, 0, 0], columns)
    planes = [plane(list(normal * 5 * index), [1, 0, 0, *columns], [0.7, 0.7]) for index in range(6)]
    headers = [ImageHeader("CT", "CHEST", "", "NO", one) for one in planes]
    assert codes(header_checks(card()["input"], headers)) == code


def volume(datasets: list[Dataset]) -> np.ndarray:
    return np.stack([one.pixel_array for one in datasets]).astype(np.float32)


def test_the_phantoms_pixels_pass(datasets: list[Dataset]) -> None:
    assert [(one.check, one.outcome) for one in pixel_checks(volume(datasets))] == [
        ("blank", PASSED),
        ("clipped", PASSED),
        ("burned_in_text", PASSED),
    ]


@given(index=st.integers(0, 5), value=st.floats(-1000, 1000, width=32))
def test_a_blank_image_is_found_wherever_it_is(index: int, value: float) -> None:
    values = np.random.default_rng(1).normal(0, 50, (6, 16, 16)).astype(np.float32)
    values[index] = value
    assert codes(pixel_checks(values)) == ["blank_image"]


@given(share=st.floats(0.0, 0.5))
def test_values_cut_off_at_the_top_are_found_from_one_percent_on(share: float) -> None:
    """The n-th largest of distinct values as ceiling: exactly n of N pixels then have the largest value."""
    values = np.random.default_rng(2).permutation(4 * 32 * 32).astype(np.float32).reshape(4, 32, 32)
    cut = max(1, round(share * values.size))
    clipped = np.minimum(values, values.size - cut)
    assert codes(pixel_checks(clipped)) == (["clipped_image"] if cut / values.size > 0.01 else [])


def carded(runnable_version: ModelVersion, **of_input: Any) -> ModelVersion:
    """The same weights with a card."""
    made = model_version_register(
        by=None,
        ai_model=AiModel.objects.create(name="Carded finder"),
        version="1",
        kind=runnable_version.kind,
        weights_path=runnable_version.weights_path,
        weights_digest=runnable_version.weights_digest,
        card=card(**of_input),
    )
    return model_version_by_id(made.pk)


def worked(run: InferenceRun) -> InferenceRun:
    jobs.run(InferenceRun, run.pk, inference_run_work)
    run.refresh_from_db()
    return run


def burned(datasets: list[Dataset]) -> list[Dataset]:
    for one in datasets:
        one.BodyPartExamined = "ABDOMEN"
    return datasets


def test_a_run_refuses_counts_and_says_why(
    builder: User, runnable_version: ModelVersion, ingest_phantom: Callable[..., Any]
) -> None:
    good, other = ingest_phantom("WITHIN"), ingest_phantom("OUTSIDE", change=burned)
    version = carded(runnable_version)
    run = worked(inference_run_create(by=builder, model_version=version, imaging_studies=[other, good]))
    assert (run.state, run.error_code) == ("FAILED", "items_failed")
    assert "1 of 2 imaging studies have no prediction: 1 outside the input specification" in run.error_detail
    refused, predicted = InferenceItem.objects.filter(run=run).order_by("created_at")
    assert (refused.state, refused.is_refused, refused.reason_code) == ("FAILED", True, "wrong_body_part")
    assert "ABDOMEN" in refused.reason
    assert {one["check"]: one["outcome"] for one in refused.checks}["body_part"] == "REFUSED"
    assert (predicted.state, predicted.is_refused) == ("SUCCEEDED", False)
    assert {one["outcome"] for one in predicted.checks} == {"PASSED"}
    assert [one["check"] for one in predicted.checks][-3:] == ["blank", "clipped", "burned_in_text"]
    assert Prediction.objects.get().imaging_study == good
    inference_run_retry(by=builder, run=run)
    refused.refresh_from_db()
    assert (refused.is_refused, refused.checks, refused.reason) == (False, [], "")


def test_without_a_card_that_is_what_the_item_says(
    builder: User, runnable_version: ModelVersion, ingest_phantom: Callable[..., Any]
) -> None:
    study = ingest_phantom("CARDLESS")
    run = worked(inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study]))
    assert [one["code"] for one in InferenceItem.objects.get(run=run).checks] == ["no_card"]
