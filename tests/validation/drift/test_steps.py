"""Which cases are the reference, and which are one step."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from validation.drift.rule import ReferenceKind, Rule, StepKind, rule_faults
from validation.drift.steps import split

# A Monday.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(days: float) -> datetime:
    return MONDAY + timedelta(days=days)


def test_a_reference_of_the_first_cases_and_steps_of_so_many() -> None:
    rule = Rule(reference_cases=30, step_kind=StepKind.CASES, step_cases=10)
    found = split([at(number) for number in range(55)], rule, at(100))
    assert (found.reference, found.is_complete) == (range(30), True)
    assert [(one.key, one.rows) for one in found.steps] == [("row 31", range(30, 40)), ("row 41", range(40, 50))]
    assert (found.steps[0].starts_at, found.steps[0].ends_at) == (at(30), at(39))


def test_a_reference_that_is_not_complete_has_no_steps() -> None:
    found = split([at(number) for number in range(29)], Rule(reference_cases=30), at(100))
    assert (found.reference, found.is_complete, found.steps) == (range(29), False, [])


def test_weeks_begin_on_monday_and_those_without_a_case_are_there() -> None:
    rule = Rule(reference_kind=ReferenceKind.PERIOD, reference_from=date(2026, 3, 2), reference_to=date(2026, 3, 8))
    times = [at(-1), at(0), at(6.5), at(7), at(13.9), at(22)]
    found = split(times, rule, at(28.5))
    assert (found.reference, found.is_complete) == (range(1, 3), True)
    assert [(one.key, len(one.rows)) for one in found.steps] == [
        ("2026-03-09", 2),
        ("2026-03-16", 0),
        ("2026-03-23", 1),
    ]
    # The period is not over: whatever has come, the reference is not complete.
    assert not split(times, rule, at(6.9)).is_complete


def test_a_step_under_way_and_what_has_just_come_wait() -> None:
    rule = Rule(reference_cases=30, step_kind=StepKind.DAY)
    times = [at(0)] * 30 + [at(0.5), at(1.5)]
    assert [one.key for one in split(times, rule, at(1)).steps] == []
    assert [(one.key, len(one.rows)) for one in split(times, rule, at(1.01)).steps] == [("2026-03-02", 1)]
    by_cases = Rule(reference_cases=30, step_kind=StepKind.CASES, step_cases=5)
    now = at(2)
    assert split([at(0)] * 30 + [now] * 5, by_cases, now).steps == []
    assert len(split([at(0)] * 30 + [now] * 5, by_cases, now + timedelta(minutes=2)).steps) == 1


@given(
    st.lists(st.floats(0, 40), max_size=120).map(sorted),
    st.sampled_from(StepKind),
    st.integers(30, 60),
    st.integers(5, 20),
)
def test_no_case_is_in_two_places_and_steps_never_change_later(
    days: list[float], kind: StepKind, cases: int, size: int
) -> None:
    rule = Rule(reference_cases=cases, step_kind=kind, step_cases=size)
    times = [at(day) for day in days]
    early, late = split(times, rule, at(30)), split(times, rule, at(60))
    taken = [row for part in (late.reference, *(one.rows for one in late.steps)) for row in part]
    assert taken == list(range(len(taken)))
    assert all(one.starts_at <= times[row] <= one.ends_at for one in late.steps for row in one.rows)
    assert late.steps[: len(early.steps)] == early.steps


def test_every_fault_of_a_rule_is_named() -> None:
    assert rule_faults(Rule()) == []
    wrong = Rule(
        reference_kind=ReferenceKind.PERIOD,
        reference_cases=3,
        step_cases=1,
        least_cases=0,
        charts=(),
        false_alarm=float("nan"),
        ewma_weight=0,
        ewma_limit=float("inf"),
    )
    names = {"reference_cases", "step_cases", "least_cases", "charts", "false_alarm", "ewma_weight", "ewma_limit"}
    assert {one.field for one in rule_faults(wrong)} == names | {"reference_from", "reference_to"}
    backwards = Rule(
        reference_kind=ReferenceKind.PERIOD, reference_from=date(2026, 3, 2), reference_to=date(2026, 3, 1)
    )
    assert [one.code for one in rule_faults(backwards)] == ["before_start"]
