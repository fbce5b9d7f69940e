import numpy as np
import pandas as pd
import pytest

from validation.stats.checks import InputError
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_simulate import simulate
from validation.stats.tidy import paired_levels, readings_of, tidy_table

NAMES = {"reader": "who", "modality": "how", "case": "patient", "truth": "cancer", "rating": "score"}


@pytest.fixture
def study():
    model = RoeMetz((1.0, 1.3), 0.02, 0.02, 0.2, 0.2, 0.2)
    return simulate(model, readers=3, negatives=5, positives=4, generator=np.random.default_rng(2))


def test_a_study_survives_the_way_through_a_tidy_table(study):
    back = readings_of(tidy_table(study).sample(frac=1, random_state=3).rename(columns=NAMES), **NAMES)
    assert (back.readers, back.modalities) == (study.readers, study.modalities)
    assert back.truth.tolist() == study.truth.tolist()
    assert back.rating.tolist() == study.rating.tolist()


def test_complaints_name_the_tables_own_columns(study):
    table = tidy_table(study).rename(columns=NAMES)
    with pytest.raises(InputError, match="row 2, column 'cancer'"):
        readings_of(table.assign(cancer=[0, 2, *table.cancer[2:]]), **NAMES)
    with pytest.raises(InputError, match="there is no column 'reader'; the table has who"):
        readings_of(table)


def test_levels_side_by_side(study):
    table = tidy_table(study).query("reader == 'R2'")
    paired = paired_levels(table, levels=("M2", "M1"))
    assert (paired.a, paired.b, paired.left_out) == ("M2", "M1", 0)
    assert paired.value_a.tolist() == study.rating[1, 1].tolist()
    assert paired.value_b.tolist() == study.rating[0, 1].tolist()
    assert paired.truth.tolist() == study.truth.tolist()
    fewer = paired_levels(
        table.iloc[1:].rename(columns=NAMES), between="how", case="patient", truth="cancer", value="score"
    )
    assert (fewer.a, fewer.b, fewer.left_out, len(fewer.cases)) == ("M1", "M2", 1, 8)


@pytest.mark.parametrize(
    ("change", "options", "complaint"),
    [
        ({}, {"levels": ("a", "c")}, "column 'modality': has no level 'c'; there is a, b"),
        ({}, {"levels": ("a", "a")}, "'a' would be compared with itself"),
        ({"modality": ["a", "a", "b", "b"]}, {}, "row 3, column 'truth': case '1' is 1 here and 0 in another row"),
        ({"case": [1, 1, 1, 2]}, {}, "row 3, column 'case': case '1' has a second row at 'a'"),
        ({"case": [1, 2, 3, 4], "truth": [0, 0, 1, 1]}, {}, "no case has a reading at both 'a' and 'b'"),
        ({"modality": "a"}, {}, "has 1 levels"),
        ({"case": [1, 1, "", 2]}, {}, "row 3, column 'case': the cell is empty"),
        ({"rating": [1, 2, None, 4]}, {}, "row 3, column 'rating'"),
    ],
)
def test_what_cannot_be_paired_is_refused(change, options, complaint):
    table = pd.DataFrame(
        {"modality": list("abab"), "case": [1, 1, 2, 2], "truth": [0, 0, 1, 1], "rating": [1, 2, 3, 4]}
    )
    changed = table.assign(**change)
    if "modality" in change and "truth" not in change and change["modality"] != "a":
        changed = changed.assign(case=[1, 2, 1, 2], truth=[0, 0, 1, 1])
    with pytest.raises(InputError) as refused:
        paired_levels(changed, **options)
    assert complaint in str(refused.value)
