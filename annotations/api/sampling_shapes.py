"""JSON shapes of case sampling, in and out."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rest_framework import serializers

from annotations.access import sampling_frame_of
from annotations.domain.frame_csv import LONGEST_NAME, LONGEST_VALUE, MAXIMUM_ROWS
from annotations.domain.sampling import Stratum, TooFew, equal, proportional, with_prevalence
from annotations.models import ReaderStudy
from annotations.selectors.sampling import Positive, SampleWish, sample_numbers, strata_named
from portal.errors import FieldProblem, Invalid

MAXIMUM_STRATA = 500
FILLS = ("PROPORTIONAL", "EQUAL", "PREVALENCE")


def values_field(**more: Any) -> serializers.ListField:
    """Return a field for values of strata."""
    return serializers.ListField(child=serializers.CharField(max_length=LONGEST_VALUE), **more)


class StratumCountInput(serializers.Serializer[Any]):
    """How many are wanted of a stratum."""

    values = values_field(help_text="In the order of `columns`.")
    count = serializers.IntegerField(min_value=0, max_value=MAXIMUM_ROWS)


class PositiveInput(serializers.Serializer[Any]):
    """Which values of which of the columns count as diseased."""

    column = serializers.CharField(max_length=LONGEST_NAME)
    values = values_field(allow_empty=False, max_length=50)


class FillInput(serializers.Serializer[Any]):
    """Counts to be worked out: as the frame is, the same of each stratum, or with a prevalence."""

    kind = serializers.ChoiceField(choices=FILLS)
    total = serializers.IntegerField(min_value=1, max_value=MAXIMUM_ROWS)
    prevalence = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=Decimal(0), max_value=Decimal(1), default=None, allow_null=True
    )


class WishInput(serializers.Serializer[Any]):
    """What is to be drawn from which frame."""

    frame_number = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    columns = serializers.ListField(child=serializers.CharField(max_length=LONGEST_NAME), min_length=1, max_length=6)
    counts = StratumCountInput(many=True, default=list)
    one_per_patient = serializers.BooleanField(default=False)
    replaces = serializers.BooleanField(
        default=False, help_text="Whether the draw takes the place of the cases there are, or is added to them."
    )
    positive = PositiveInput(default=None, allow_null=True)


class PreviewInput(WishInput):
    """What is to be drawn; `fill` has the counts worked out."""

    fill = FillInput(default=None, allow_null=True)
    seed = serializers.CharField(
        default=None,
        allow_null=True,
        allow_blank=True,
        max_length=64,
        help_text="Null: only numbers. Empty: a new one.",
    )


class DrawInput(WishInput):
    """What is to be drawn, as it was previewed."""

    seed = serializers.CharField(max_length=64)
    preview_digest = serializers.CharField(max_length=64)


class FrameValueOutput(serializers.Serializer[Any]):
    """A value of a column and how many candidates have it."""

    value = serializers.CharField()
    candidates = serializers.IntegerField()


class FrameColumnOutput(serializers.Serializer[Any]):
    """A column of the frame; of its values at most 50, the commonest first."""

    name = serializers.CharField()
    number_of_values = serializers.IntegerField()
    values = FrameValueOutput(many=True)


class FrameOutput(serializers.Serializer[Any]):
    """A frame, counted."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    digest = serializers.CharField()
    number_of_candidates = serializers.IntegerField()
    number_of_patients = serializers.IntegerField()
    columns = FrameColumnOutput(many=True)


class StratumOutput(serializers.Serializer[Any]):
    """A stratum: its candidates and patients in the frame, who of them can be drawn, and how many are."""

    values = serializers.ListField(child=serializers.CharField())
    candidates = serializers.IntegerField()
    patients = serializers.IntegerField()
    eligible = serializers.IntegerField()
    wanted = serializers.IntegerField()
    fraction = serializers.FloatField(allow_null=True)


class PrevalenceOutput(serializers.Serializer[Any]):
    """The share of what counts as diseased; null of nothing."""

    frame = serializers.FloatField(allow_null=True)
    sample = serializers.FloatField(allow_null=True)


class DrawnOutput(serializers.Serializer[Any]):
    """A drawn candidate."""

    study_instance_uid = serializers.CharField()
    patient = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class PreviewOutput(serializers.Serializer[Any]):
    """What a sample would be: its numbers and, with a seed, who is drawn, with the digest that drawing it takes."""

    strata = StratumOutput(many=True)
    prevalence = PrevalenceOutput(allow_null=True)
    seed = serializers.CharField(allow_null=True)
    digest = serializers.CharField(allow_null=True)
    drawn = DrawnOutput(many=True, allow_null=True)


class DrawOutput(serializers.Serializer[Any]):
    """A stored draw."""

    number = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    seed = serializers.CharField()
    algorithm = serializers.CharField()
    digest = serializers.CharField()
    frame_number = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())
    strata = StratumOutput(many=True)
    prevalence = PrevalenceOutput(allow_null=True)
    one_per_patient = serializers.BooleanField()
    replaces = serializers.BooleanField()
    number_left_out = serializers.IntegerField()
    number_drawn = serializers.IntegerField()


class DrawCheckOutput(serializers.Serializer[Any]):
    """A draw made again; `is_reproduced`: its frame, counts and seed give the same sample now."""

    is_reproduced = serializers.BooleanField()


class SamplingOutput(serializers.Serializer[Any]):
    """The newest frame, and every draw, newest first."""

    frame = FrameOutput(allow_null=True)
    draws = DrawOutput(many=True)


def wish_of(reader_study: ReaderStudy, sent: Mapping[str, Any]) -> SampleWish:
    """Return what was asked for, checked against its frame."""
    frame = sampling_frame_of(reader_study, sent["frame_number"])
    positive = Positive(**sent["positive"]) if sent["positive"] else None
    wish = SampleWish(frame, sent["columns"], {}, sent["one_per_patient"], sent["replaces"], positive)
    refuse(_column_problems(wish))
    strata = strata_named(wish)
    if len(strata) > MAXIMUM_STRATA:
        detail = f"These columns make {len(strata)} strata, more than {MAXIMUM_STRATA}; take fewer or coarser ones."
        refuse([{"field": "columns", "code": "too_many_strata", "detail": detail}])
    if sent.get("fill"):
        return wish._replace(wanted=_filled(reader_study, wish, sent["fill"]))
    refuse(_count_problems(strata, sent["counts"]))
    return wish._replace(wanted={tuple(row["values"]): row["count"] for row in sent["counts"]})


def refuse(problems: list[FieldProblem]) -> None:
    """Raise 400 when something is wrong."""
    if problems:
        raise Invalid(problems[0]["detail"], code=problems[0]["code"], errors=problems)


def _column_problems(wish: SampleWish) -> list[FieldProblem]:
    known = wish.frame_columns
    unknown = [name for name in wish.columns if name not in known]
    if unknown:
        detail = f"The frame has no column {', '.join(unknown)}; it has {', '.join(known)}."
        return [{"field": "columns", "code": "unknown_column", "detail": detail}]
    if len(set(wish.columns)) < len(wish.columns):
        return [{"field": "columns", "code": "repeated", "detail": "A column is named twice."}]
    if wish.positive and wish.positive.column not in wish.columns:
        detail = f"Diseased is told by one of the columns that make the strata: {', '.join(wish.columns)}."
        return [{"field": "positive", "code": "unknown_column", "detail": detail}]
    return []


def _count_problems(strata: set[Stratum], counts: list[dict[str, Any]]) -> list[FieldProblem]:
    named = [tuple(row["values"]) for row in counts]
    problems: list[FieldProblem] = [
        {"field": f"counts[{place}]", "code": "unknown_stratum", "detail": f"No candidate is {' · '.join(values)}."}
        for place, values in enumerate(named)
        if values not in strata
    ]
    if len(set(named)) < len(named):
        problems.append({"field": "counts", "code": "repeated", "detail": "A stratum is named twice."})
    return problems


def _filled(reader_study: ReaderStudy, wish: SampleWish, fill: Mapping[str, Any]) -> dict[Stratum, int]:
    numbers = sample_numbers(reader_study=reader_study, wish=wish)
    available = {one.stratum: one.eligible for one in numbers}
    total = fill["total"]
    try:
        if fill["kind"] == "PREVALENCE":
            return _with_prevalence(wish, available, total, fill["prevalence"])
        return {"PROPORTIONAL": proportional, "EQUAL": equal}[fill["kind"]](total, available)
    except TooFew as error:
        raise too_few(f"{total} wanted, {sum(available.values())} can be drawn.") from error


def _with_prevalence(
    wish: SampleWish, available: Mapping[Stratum, int], total: int, share: Decimal | None
) -> dict[Stratum, int]:
    if wish.positive is None or share is None:
        detail = "Say what counts as diseased, and which share of the sample it is to have."
        raise Invalid(detail, errors=[{"field": "fill", "code": "required", "detail": detail}])
    place, values = wish.columns.index(wish.positive.column), wish.positive.values
    number_positive = int((total * share).quantize(Decimal(1), ROUND_HALF_UP))
    try:
        return with_prevalence(total, available, number_positive=number_positive, place=place, positive=values)
    except TooFew as error:
        there = sum(number for stratum, number in available.items() if stratum[place] in values)
        raise too_few(
            f"{number_positive} diseased and {total - number_positive} others wanted, "
            f"{there} and {sum(available.values()) - there} can be drawn."
        ) from error


def too_few(detail: str) -> Invalid:
    """Return the error for more than there is."""
    return Invalid(detail, code="too_few", errors=[{"field": "fill", "code": "too_few", "detail": detail}])
