"""The watch over a model version: its rule, its charts as far as somebody may see them, and its signals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Prefetch, Q, QuerySet

from annotations.access import MANAGING_ROLES, roles_in
from annotations.models import Arm, ReaderStudy
from annotations.selectors.masking import is_masked, is_masking
from portal.accounts.models import User
from portal.inference.models import ModelVersion
from validation.drift.charts import Drawn, draw
from validation.drift.rule import Chart, Rule, rule_from
from validation.models import DriftAcknowledgement, DriftCheck, DriftSignal, DriftWatch
from validation.selectors.drift_series import agreement_of, arms_with_ai, series_of_images

NOT_YOURS, MASKED = "NOT_YOURS", "MASKED"


class Shown(NamedTuple):
    """A chart, and of an agreement whose."""

    drawn: Drawn
    arm: Arm | None


class Withheld(NamedTuple):
    """Why agreement with readers is not shown, and of which reader study; that of others is not named."""

    reason: str
    reader_study: ReaderStudy | None


def watches_of(*, model_version: ModelVersion) -> QuerySet[DriftWatch]:
    """Return every version of the rule, newest first."""
    found: QuerySet[DriftWatch] = DriftWatch.objects.filter(model_version=model_version).select_related("created_by")
    return found.order_by("-number")


def watch_in_force(*, model_version: ModelVersion) -> DriftWatch | None:
    """Return the newest version of the rule, whether it is on or not; None where nobody has set one."""
    return watches_of(model_version=model_version).first()


def rule_of(watch: DriftWatch) -> Rule:
    """Return the rule that a row holds."""
    return rule_from({field.name: getattr(watch, field.name) for field in watch._meta.concrete_fields})


def check_of(*, model_version: ModelVersion) -> DriftCheck | None:
    """Return how the last evaluation stands."""
    return DriftCheck.objects.filter(model_version=model_version).first()


def charts_of(
    *, model_version: ModelVersion, rule: Rule, now: datetime, arms: Iterable[Arm], chart: Chart | None = None
) -> list[Shown]:
    """Return the charts of a rule; those of agreement with the readers of these arms only."""
    charts = [one for one in rule.charts if chart in (None, one)]
    of_images = series_of_images(model_version=model_version, charts=charts)
    shown = [Shown(draw(one, series, rule, now), None) for one, series in of_images.items()]
    if Chart.AGREEMENT in charts:
        for arm in arms:
            series = agreement_of(arm=arm, model_version=model_version)
            shown.append(Shown(draw(Chart.AGREEMENT, series, rule, now), arm))
    return shown


def arms_to_evaluate(*, model_version: ModelVersion) -> list[Arm]:
    """Return the arms whose reads may be opened by those who run the reader study, whoever that is."""
    return [one for one in arms_with_ai(model_version=model_version) if not is_masking(reader_study=one.reader_study)]


def arms_shown(*, user: User, model_version: ModelVersion) -> tuple[list[Arm], list[Withheld]]:
    """Return the arms whose reads the caller may open, and why not the others'."""
    shown: list[Arm] = []
    withheld: dict[str, Withheld] = {}
    for arm in arms_with_ai(model_version=model_version):
        study = arm.reader_study
        if not roles_in(user, study.pk) & MANAGING_ROLES:
            withheld[NOT_YOURS] = Withheld(NOT_YOURS, None)
        elif is_masked(user=user, reader_study=study):
            withheld[str(study.pk)] = Withheld(MASKED, study)
        else:
            shown.append(arm)
    return shown, list(withheld.values())


def signals_of(*, model_version: ModelVersion, arms: Iterable[Arm]) -> QuerySet[DriftSignal]:
    """Return the signals of every version of the rule, newest first; of agreement those of these arms only."""
    mine = [arm.pk for arm in arms]
    found: QuerySet[DriftSignal] = DriftSignal.objects.filter(watch__model_version=model_version)
    found = found.filter(Q(arm=None) | Q(arm__in=mine))
    noted = DriftAcknowledgement.objects.select_related("created_by").order_by("created_at")
    return (
        found.select_related("watch", "arm__reader_study")
        .prefetch_related(Prefetch("acknowledgements", queryset=noted))
        .order_by("-ends_at", "chart", "place")
    )


def place_of(chart: Any, arm: Arm | None, step: str) -> str:
    """Name a point among all of a watch."""
    return f"{chart} {arm.pk if arm else '-'} {step}"
