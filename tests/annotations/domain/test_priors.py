"""Which prior comes first, and how its age is said without its date."""

from datetime import date

import pytest

from annotations.domain.priors import Described, days_between, interval_text, relevance

CURRENT = Described(["CT"], "CHEST", date(2026, 6, 1))


def order(*priors):
    return sorted(range(len(priors)), key=lambda index: relevance(CURRENT, priors[index]))


def test_the_same_kind_of_images_comes_before_the_same_region_and_that_before_the_newest():
    other_modality = Described(["DX"], "CHEST", date(2026, 5, 31))
    other_region = Described(["CT"], "ABDOMEN", date(2026, 5, 30))
    older = Described(["CT"], "CHEST", date(2020, 1, 1))
    newer = Described(["CT"], "Chest", date(2025, 1, 1))
    undated = Described(["CT"], "CHEST", None)
    assert order(other_modality, other_region, older, newer, undated) == [3, 2, 4, 1, 0]


@pytest.mark.parametrize(
    ("earlier", "text"),
    [
        (date(2026, 6, 1), "the same day"),
        (date(2026, 5, 31), "1 day earlier"),
        (date(2026, 5, 10), "22 days earlier"),
        (date(2026, 5, 1), "1 month earlier"),
        (date(2025, 4, 1), "14 months earlier"),
        (date(2024, 7, 1), "23 months earlier"),
        (date(2024, 6, 1), "2 years earlier"),
        (date(2016, 6, 1), "10 years earlier"),
        (None, None),
    ],
)
def test_the_interval_is_coarse(earlier, text):
    assert interval_text(days_between(CURRENT.study_date, earlier)) == text
