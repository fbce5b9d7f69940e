import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.stats.matching_assignment import Pairs, assign


def choices(cost):
    """All one-to-one assignments of a small problem, as tuples of (mark, lesion)."""
    marks, lesions = cost.shape
    allowed = [(mark, lesion) for mark in range(marks) for lesion in range(lesions) if np.isfinite(cost[mark, lesion])]
    for size in range(min(marks, lesions) + 1):
        for chosen in itertools.combinations(allowed, size):
            if len({mark for mark, _ in chosen}) == len({lesion for _, lesion in chosen}) == size:
                yield chosen


def worth(chosen, cost, rating, rating_first):
    total = -round(sum(cost[pair] for pair in chosen), 9)
    ratings = tuple(sorted((rating[mark] for mark, _ in chosen), reverse=True))
    return (len(chosen), ratings, total) if rating_first else (len(chosen), total, ratings)


def ours(cost, rating, rating_first):
    mark, lesion = np.nonzero(np.isfinite(cost))
    picked = assign(Pairs(mark, lesion, cost[mark, lesion]), rating, rating_first=rating_first)
    return tuple(zip(mark[picked].tolist(), lesion[picked].tolist(), strict=True))


@st.composite
def problems(draw):
    marks, lesions = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    entry = st.one_of(st.just(np.inf), st.integers(0, 4).map(float))
    rows = draw(st.lists(st.lists(entry, min_size=lesions, max_size=lesions), min_size=marks, max_size=marks))
    rating = draw(st.lists(st.integers(1, 3), min_size=marks, max_size=marks))
    return np.array(rows), np.array(rating, dtype=float)


@settings(max_examples=300, deadline=None)
@given(problem=problems(), rating_first=st.booleans())
def test_no_assignment_is_better(problem, rating_first):
    cost, rating = problem
    best = max(worth(chosen, cost, rating, rating_first) for chosen in choices(cost))
    chosen = ours(cost, rating, rating_first)
    assert chosen in set(choices(cost))
    assert worth(chosen, cost, rating, rating_first) == best


@settings(max_examples=150, deadline=None)
@given(problem=problems())
def test_at_every_threshold_as_many_lesions_as_could_be_found_there(problem):
    cost, rating = problem
    chosen = ours(cost, rating, rating_first=True)
    for threshold in np.unique(rating):
        possible = max(len(one) for one in choices(cost[rating >= threshold]))
        assert sum(rating[mark] >= threshold for mark, _ in chosen) == possible


@settings(max_examples=100, deadline=None)
@given(problem=problems(), rating_first=st.booleans())
def test_only_the_order_of_ratings_matters(problem, rating_first):
    cost, rating = problem
    assert ours(cost, np.exp(3.0 * rating), rating_first) == ours(cost, rating, rating_first)


def test_many_readers_at_once_are_each_alone():
    generator = np.random.default_rng(3)
    problems = [np.where(generator.random((4, 3)) < 0.5, generator.random((4, 3)), np.inf) for _ in range(50)]
    ratings = [generator.integers(1, 4, 4).astype(float) for _ in problems]
    marks, lesions, costs = [], [], []
    for number, cost in enumerate(problems):
        mark, lesion = np.nonzero(np.isfinite(cost))
        marks.append(mark + 4 * number)
        lesions.append(lesion + 3 * number)
        costs.append(cost[mark, lesion])
    together = Pairs(np.concatenate(marks), np.concatenate(lesions), np.concatenate(costs))
    picked = assign(together, np.concatenate(ratings), rating_first=True)
    found = list(zip(together.mark[picked].tolist(), together.lesion[picked].tolist(), strict=True))
    expected = [
        (mark + 4 * number, lesion + 3 * number)
        for number, (cost, rating) in enumerate(zip(problems, ratings, strict=True))
        for mark, lesion in ours(cost, rating, rating_first=True)
    ]
    assert found == expected


def test_equal_marks_go_by_the_table():
    cost = np.array([[1.0], [1.0], [1.0]])
    assert ours(cost, np.array([2.0, 2.0, 2.0]), rating_first=True) == ((0, 0),)
    square = np.ones((3, 2))
    assert {mark for mark, _ in ours(square, np.ones(3), rating_first=True)} == {0, 1}


def test_nothing_to_match():
    nothing = Pairs(np.array([], dtype=np.intp), np.array([], dtype=np.intp), np.array([]))
    assert assign(nothing, np.array([1.0]), rating_first=True).tolist() == []


@pytest.mark.parametrize("rating_first", [True, False])
def test_a_crowded_case(rating_first):
    # 300 marks on 20 lesions: one component; at most 20 can match, and with ratings first they are the best.
    generator = np.random.default_rng(5)
    cost = np.where(generator.random((300, 20)) < 0.3, generator.random((300, 20)), np.inf)
    rating = generator.permutation(300).astype(float)
    chosen = ours(cost, rating, rating_first)
    assert len(chosen) == 20
    if rating_first:
        assert sorted((rating[mark] for mark, _ in chosen), reverse=True)[0] == 299.0
