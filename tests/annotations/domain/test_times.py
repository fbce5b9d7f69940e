"""Reading times: sums, firsts and limits, against hand-made sittings and their properties."""

from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.times import PhaseTimes, active_of, clipped, sitting_updated, times_of_read, total_of


def times(active: int, total: int, image: int | None = None, mark: int | None = None) -> PhaseTimes:
    return {"first_image_ms": image, "first_mark_ms": mark, "active_ms": active, "total_ms": total}


def test_two_sittings_add_up_and_the_first_mark_counts_from_the_first_one() -> None:
    first = {"FIRST": times(40_000, 50_000, image=1200)}
    second = {"FIRST": times(10_000, 20_000, image=900, mark=5000), "SECOND": times(3000, 4000)}
    assert times_of_read([first, second]) == {
        "FIRST": times(50_000, 70_000, image=1200, mark=55_000),
        "SECOND": times(3000, 4000),
    }


def test_a_late_report_of_a_sitting_changes_nothing() -> None:
    newer = {"FIRST": times(40_000, 50_000, image=1200, mark=9000)}
    late = {"FIRST": times(10_000, 20_000, image=1200)}
    assert sitting_updated(newer, late) == newer
    assert sitting_updated(sitting_updated({}, late), newer) == newer


def test_a_clock_that_runs_too_fast_is_cut_to_the_time_there_was() -> None:
    claimed = {"FIRST": times(900_000, 900_000, image=700_000), "SECOND": times(100_000, 100_000)}
    assert clipped(claimed, 100_000) == {
        "FIRST": times(90_000, 90_000, image=90_000),
        "SECOND": times(10_000, 10_000),
    }
    assert clipped(claimed, -5) == {"FIRST": times(0, 0, image=0), "SECOND": times(0, 0)}


_some_times = st.builds(
    times,
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(0, 10**9),
)
_some_phases = st.dictionaries(st.sampled_from(["FIRST", "SECOND"]), _some_times)


@given(_some_phases, st.integers(-1000, 10**9))
def test_what_is_clipped_fits_and_holds_together(phases: dict[str, PhaseTimes], room_ms: int) -> None:
    fitted = clipped(phases, room_ms)
    assert total_of(fitted) <= max(room_ms, 0)
    for one in fitted.values():
        assert one["active_ms"] <= one["total_ms"]
        assert (one["first_image_ms"] or 0) <= one["total_ms"]


@given(st.lists(_some_phases, max_size=5))
def test_the_read_is_the_sum_of_its_sittings(sittings: list[dict[str, PhaseTimes]]) -> None:
    whole = times_of_read(sittings)
    assert total_of(whole) == sum(total_of(one) for one in sittings)
    assert active_of(whole) == sum(active_of(one) for one in sittings)
