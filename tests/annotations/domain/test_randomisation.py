"""Reading orders anybody can draw again."""

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.randomisation import ALGORITHM, reading_order

names = st.lists(st.text(min_size=1, max_size=10), unique=True, max_size=12)


@given(st.text(), st.text(), names)
def test_an_order_is_a_permutation_and_the_same_every_time(seed: str, username: str, case_names: list[str]) -> None:
    order = reading_order(seed=seed, username=username, case_names=case_names)
    assert sorted(order) == sorted(case_names)
    assert order == reading_order(seed=seed, username=username, case_names=case_names[::-1])


def test_the_stored_description_of_the_algorithm_is_enough_to_draw_the_order_again() -> None:
    assert "SHA-256 of 'seed|username|case name'" in ALGORITHM
    cases = [f"Case {number:03d}" for number in range(1, 6)]
    by_hand = sorted(cases, key=lambda name: hashlib.sha256(b"2024|ada|" + name.encode()).hexdigest())
    assert reading_order(seed="2024", username="ada", case_names=cases) == by_hand


def test_every_order_of_three_cases_is_equally_likely() -> None:
    """Chi-square over 6 orders, 5 degrees of freedom: 20.515 is exceeded once in a thousand."""
    orders = Counter(
        tuple(reading_order(seed=str(seed), username="ada", case_names=["a", "b", "c"])) for seed in range(6000)
    )
    assert len(orders) == 6
    assert sum((count - 1000) ** 2 / 1000 for count in orders.values()) < 20.515
