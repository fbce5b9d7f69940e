"""Forecasts against closed forms: so many reads at so many a day are so many days."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.forecast import FEWEST_READS, WINDOW_DAYS, Left, forecast, rate_per_day
from annotations.domain.repeats import Answers, self_agreement

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("signed", "days_ago", "rate"),
    [
        (20, 5, 4.0),
        (6, 0.25, 6.0),  # less than a day counts as one
        (28, 400, 28 / WINDOW_DAYS),  # nothing before the window counts
        (FEWEST_READS - 1, 3, None),
    ],
)
def test_the_rate_is_reads_over_days(signed: int, days_ago: float, rate: float | None) -> None:
    assert rate_per_day(signed=signed, first_opened_at=NOW - days_ago * DAY, now=NOW) == rate


def test_nobody_who_has_opened_nothing_has_a_rate() -> None:
    assert rate_per_day(signed=9, first_opened_at=None, now=NOW) is None


def test_what_is_left_takes_its_share_of_days() -> None:
    assert forecast(sessions=[Left(30)], rate=4.0, now=NOW).at == NOW + 7.5 * DAY


def test_the_second_session_waits_for_the_washout_after_the_first() -> None:
    washout = 28 * DAY
    both = forecast(sessions=[Left(10), Left(10, washout=washout)], rate=5.0, now=NOW)
    assert both.at == NOW + 2 * DAY + washout + 2 * DAY
    assert both.sessions == (NOW + 2 * DAY, both.at)
    # Once the first is done, the washout runs from its last read.
    later = [Left(0), Left(10, washout=washout, before=NOW - 20 * DAY)]
    told = forecast(sessions=later, rate=5.0, now=NOW)
    assert (told.at, told.sessions) == (NOW + 8 * DAY + 2 * DAY, (None, told.at))
    over = [Left(0), Left(10, washout=washout, before=NOW - 40 * DAY)]
    assert forecast(sessions=over, rate=5.0, now=NOW).at == NOW + 2 * DAY


def test_a_session_is_not_read_before_its_first_day_and_is_behind_after_its_last() -> None:
    ahead = Left(10, opens_at=NOW + 5 * DAY, ends_at=NOW + 7 * DAY)
    in_time = forecast(sessions=[ahead], rate=5.0, now=NOW)
    assert (in_time.at, in_time.is_behind) == (NOW + 7 * DAY, False)
    assert forecast(sessions=[ahead], rate=4.9, now=NOW).is_behind


@pytest.mark.parametrize(
    ("sessions", "rate", "reason"),
    [
        ([Left(0), Left(0)], 5.0, "done"),
        ([], 5.0, "done"),
        ([Left(3)], None, "too_few"),
        ([Left(100_000)], 0.3, "too_far"),
        ([Left(10**9)], 0.0001, "too_far"),
    ],
)
def test_what_cannot_be_told_has_a_reason(sessions: list[Left], rate: float | None, reason: str) -> None:
    told = forecast(sessions=sessions, rate=rate, now=NOW)
    assert (told.at, told.undefined) == (None, reason)


@given(
    reads=st.lists(st.integers(0, 500), min_size=1, max_size=4),
    rate=st.floats(1.0, 100.0),
    washouts=st.lists(st.integers(0, 60), min_size=4, max_size=4),
)
def test_no_forecast_is_sooner_than_the_reads_alone_take(reads: list[int], rate: float, washouts: list[int]) -> None:
    sessions = [Left(one, washout=days * DAY) for one, days in zip(reads, washouts, strict=False)]
    told = forecast(sessions=sessions, rate=rate, now=NOW)
    if told.at is not None:
        alone = timedelta(days=sum(reads) / rate)
        assert alone - timedelta(seconds=1) <= told.at - NOW <= alone + sum(washouts) * DAY + timedelta(seconds=1)


def test_agreement_with_hidden_repeats_counts_calls_and_means_the_differences_of_ratings() -> None:
    pairs: list[tuple[Answers, Answers]] = [
        ({"call": True, "sure": 80}, {"call": True, "sure": 90}),
        ({"call": True, "sure": 60}, {"call": False, "sure": 40}),
        ({"call": False, "sure": 10}, {"call": False, "sure": 16}),
        ({"call": None, "sure": 5}, {"call": False}),
    ]
    told = self_agreement(pairs, call="call", rating="sure")
    assert (told.pairs, told.calls_compared, told.calls_equal, told.ratings_compared) == (4, 3, 2, 3)
    assert told.rating_drift == pytest.approx((10 - 20 + 6) / 3)
    decimals: list[tuple[Answers, Answers]] = [({"sure": 2.5}, {"sure": 4}), ({"sure": 1}, {"sure": True})]
    assert self_agreement(decimals, call=None, rating="sure")[3:] == (1, 1.5)


def test_agreement_of_nothing_is_none() -> None:
    assert self_agreement([], call="call", rating=None).rating_drift is None
    told = self_agreement([({"call": True}, {"call": True})], call=None, rating="sure")
    assert (told.pairs, told.calls_compared, told.rating_drift) == (1, 0, None)
