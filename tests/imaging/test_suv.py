"""SUV by body weight: the factor against the closed form, and a reason for every way it can be missing."""

import math

import pytest

from portal.imaging.reader_tags import tag_of
from portal.imaging.suv import CREATOR_TAG, FACTOR_TAG, KIND_TAG, REFUSAL_TAG, REFUSALS, suv_elements
from portal.ops.environment import REPOSITORY

# F-18; 370 MBq into 70 kg, one half-life before the scan: half of the dose is left.
HALF_LIFE_S = 6586.2
DOSE_BQ = 370e6
WEIGHT_KG = 70.0
ONE_HALF_LIFE_LEFT = WEIGHT_KG * 1000 / (DOSE_BQ / 2)
AGENT = {
    "RadionuclideTotalDose": DOSE_BQ,
    "RadionuclideHalfLife": HALF_LIFE_S,
    "RadiopharmaceuticalStartDateTime": "20240229100000",
}
# 6586.2 s after ten o'clock.
SCAN_TIME = "114946.2"
PET = {
    "Modality": "PT",
    "Units": "BQML",
    "DecayCorrection": "START",
    "CorrectedImage": ["DECY", "ATTN", "SCAT"],
    "PatientWeight": WEIGHT_KG,
    "SeriesDate": "20240229",
    "SeriesTime": SCAN_TIME,
    "AcquisitionDate": "20240229",
    "AcquisitionTime": SCAN_TIME,
}


def dicom_json(**values):
    """DICOM JSON by keyword; None leaves an element out."""
    present = {keyword: value for keyword, value in values.items() if value is not None}
    return {
        tag_of(keyword): {"Value": value if isinstance(value, list) else [value]} for keyword, value in present.items()
    }


def pet(agent=None, private=None, **changes):
    row = dicom_json(**{**PET, **changes})
    items = [dicom_json(**{**AGENT, **(agent or {})})]
    return row | {tag_of("RadiopharmaceuticalInformationSequence"): {"Value": items}} | (private or {})


def factor_of(row):
    return suv_elements(row)[FACTOR_TAG]["Value"][0]


def test_factor_is_weight_over_what_is_left_of_the_dose():
    elements = suv_elements(pet())
    assert elements[FACTOR_TAG]["Value"][0] == pytest.approx(ONE_HALF_LIFE_LEFT, rel=1e-9)
    assert elements[KIND_TAG]["Value"] == ["BW"]
    assert elements[CREATOR_TAG]["Value"] == ["OVERREAD"]


def test_nothing_but_the_factor_and_its_kind_is_told():
    assert set(suv_elements(pet())) == {CREATOR_TAG, FACTOR_TAG, KIND_TAG}


def test_other_modalities_have_none():
    assert suv_elements(pet(Modality="CT")) == {}


def test_start_time_without_a_date_is_that_of_the_day_of_the_scan():
    row = pet({"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "100000"})
    assert factor_of(row) == pytest.approx(ONE_HALF_LIFE_LEFT, rel=1e-9)


def test_start_time_before_midnight_is_that_of_the_day_before():
    row = pet(
        {"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "231013.8"},
        SeriesTime="010000",
        AcquisitionTime="010000",
    )
    assert factor_of(row) == pytest.approx(ONE_HALF_LIFE_LEFT, rel=1e-9)


def test_time_zones_are_taken_off():
    row = pet({"RadiopharmaceuticalStartDateTime": "20240229090000+0000"}, TimezoneOffsetFromUTC="+0100")
    assert factor_of(row) == pytest.approx(ONE_HALF_LIFE_LEFT, rel=1e-9)


def test_a_series_made_after_the_scan_takes_the_scan_time_of_ge():
    private = {"00090010": {"Value": ["GEMS_PETD_01"]}, "0009100D": {"Value": [f"20240229{SCAN_TIME}"]}}
    row = pet(private=private, SeriesTime="180000")
    assert factor_of(row) == pytest.approx(ONE_HALF_LIFE_LEFT, rel=1e-9)


def test_a_series_made_after_the_scan_goes_back_from_its_frame():
    # A second bed position that began 180 s after the start; its mean activity lies near its middle.
    decay = math.log(2) / HALF_LIFE_S
    mean_s = math.log(decay * 120 / (1 - math.exp(-decay * 120))) / decay
    row = pet(
        SeriesTime="180000",
        AcquisitionTime="115246.2",
        FrameReferenceTime=(180 + mean_s) * 1000,
        ActualFrameDuration=120_000,
    )
    assert mean_s == pytest.approx(60, abs=0.2)
    assert factor_of(row) == pytest.approx(ONE_HALF_LIFE_LEFT, rel=1e-6)


def test_decay_corrected_to_the_injection_needs_no_times():
    row = pet({"RadiopharmaceuticalStartDateTime": None}, DecayCorrection="ADMIN", SeriesTime=None)
    assert factor_of(row) == pytest.approx(WEIGHT_KG * 1000 / DOSE_BQ)


def test_counts_of_philips_have_its_factor():
    block = {"70530010": {"Value": ["Philips PET Private Group"]}}
    assert factor_of(pet(private={**block, "70531000": {"Value": ["0.25"]}}, Units="CNTS")) == 0.25
    to_bqml = pet(private={**block, "70531009": {"Value": ["3.0"]}}, Units="CNTS")
    assert factor_of(to_bqml) == pytest.approx(3 * ONE_HALF_LIFE_LEFT)


def test_grams_per_millilitre_are_suv_already():
    assert factor_of(pet(Units="GML")) == 1
    assert suv_elements(pet(Units="GML", SUVType="LBM"))[KIND_TAG]["Value"] == ["LBM"]


@pytest.mark.parametrize(
    ("agent", "changes", "code"),
    [
        ({}, {"CorrectedImage": ["DECY"]}, "NOT_CORRECTED"),
        ({}, {"CorrectedImage": None}, "NOT_CORRECTED"),
        ({}, {"DecayCorrection": "NONE"}, "DECAY_CORRECTION"),
        ({}, {"DecayCorrection": None}, "DECAY_CORRECTION"),
        ({}, {"Units": "PROPCNTS"}, "UNITS"),
        ({}, {"Units": "CNTS"}, "UNITS"),
        ({}, {"Units": None}, "UNITS"),
        ({}, {"PatientWeight": None}, "WEIGHT"),
        ({}, {"PatientWeight": 0}, "WEIGHT"),
        ({}, {"PatientWeight": "nan"}, "WEIGHT"),
        ({"RadionuclideTotalDose": None}, {}, "DOSE"),
        ({"RadionuclideTotalDose": 370}, {}, "DOSE"),
        ({"RadionuclideHalfLife": None}, {}, "HALF_LIFE"),
        ({"RadiopharmaceuticalStartDateTime": None}, {}, "TIMES"),
        ({"RadiopharmaceuticalStartDateTime": "20240229235900"}, {}, "TIMES"),
        ({"RadiopharmaceuticalStartDateTime": "yesterday"}, {}, "TIMES"),
        ({}, {"SeriesTime": None}, "TIMES"),
        ({}, {"SeriesTime": "180000"}, "TIMES"),
    ],
)
def test_what_is_missing_is_a_refusal_with_its_reason(agent, changes, code):
    elements = suv_elements(pet(agent, **changes))
    assert elements[REFUSAL_TAG]["Value"] == [code]
    assert FACTOR_TAG not in elements
    assert REFUSALS[code].endswith(".")


def test_no_agent_at_all_is_a_refusal():
    row = pet()
    del row[tag_of("RadiopharmaceuticalInformationSequence")]
    assert suv_elements(row)[REFUSAL_TAG]["Value"] == ["DOSE"]


def test_the_viewer_has_a_sentence_for_every_reason():
    sentences = (REPOSITORY / "frontend" / "src" / "viewer" / "suv.ts").read_text(encoding="utf-8")
    assert all(f"  {code}: " in sentences for code in REFUSALS)
