"""Routes of the watch over a model version."""

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.accounts.models import User
from portal.errors import NotFound
from portal.inference.access import model_version_by_id
from portal.inference.models import ModelVersion
from portal.inference.services import ai_viewed
from validation.access import drift_signal_for
from validation.api.drift_shapes import (
    DriftAcknowledgementInput,
    DriftAcknowledgementOutput,
    DriftChartOutput,
    DriftCheckOutput,
    DriftOutput,
    DriftRuleOutput,
    DriftSignalOutput,
    DriftWatchInput,
    DriftWatchOutput,
)
from validation.drift.rule import NAMES, Rule, rule_from
from validation.selectors import drift as selectors
from validation.services.drift import (
    agreement_viewed,
    drift_acknowledge,
    drift_check_request,
    drift_watch_set,
)

# Of more the newest are shown, and how many there are.
MOST_SIGNALS = 200


class DriftApi(APIView):
    """The watch over a model version as it stands."""

    @extend_schema(responses=DriftOutput)
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Return the rule in force, or what the portal proposes; its charts, and the signals that were found.

        What is followed of signed reads is of the reader studies that the caller runs, and not while their answers
        are masked; `withheld` says what is not shown.
        """
        version = model_version_by_id(model_version_id)
        content, arms = _drift(caller(request), version, timezone.now())
        if content["number_of_signals"] or any(chart["reference"]["n"] for chart in content["charts"]):
            ai_viewed(by=caller(request), action="drift.view", obj=version)
            agreement_viewed(by=caller(request), model_version=version, arms=arms)
        return Response(content, headers={"Cache-Control": "no-store"})


def _drift(user: User, version: ModelVersion, now: datetime) -> tuple[dict[str, Any], list[Any]]:
    watch = selectors.watch_in_force(model_version=version)
    rule = selectors.rule_of(watch) if watch else Rule()
    arms, withheld = selectors.arms_shown(user=user, model_version=version)
    charts = selectors.charts_of(model_version=version, rule=rule, now=now, arms=arms)
    signals = selectors.signals_of(model_version=version, arms=arms)
    check = selectors.check_of(model_version=version)
    content = {
        "model_version": {"id": version.pk, "name": version.ai_model.name, "version": version.version},
        "watch": DriftWatchOutput(watch).data if watch else None,
        "rule": DriftRuleOutput({name: getattr(rule, name) for name in NAMES}).data,
        "check": DriftCheckOutput(check).data if check else None,
        "charts": DriftChartOutput([{**one.drawn.to_json(), **_whose(one.arm)} for one in charts], many=True).data,
        "withheld": [
            {"reason": one.reason, "reader_study": _named(one.reader_study) if one.reader_study else None}
            for one in withheld
        ],
        "signals": DriftSignalOutput(signals[:MOST_SIGNALS], many=True).data,
        "number_of_signals": signals.count(),
    }
    return content, arms


def _whose(arm: Any) -> dict[str, Any]:
    study = _named(arm.reader_study) if arm else None
    return {"reader_study": study, "arm": {"key": arm.key, "name": arm.name} if arm else None}


def _named(reader_study: Any) -> dict[str, Any]:
    return {"id": reader_study.pk, "name": reader_study.name}


class DriftWatchesApi(APIView):
    """The versions of the rule."""

    @extend_schema(responses=DriftWatchOutput(many=True))
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """List them, newest first: who has set what, when and why."""
        version = model_version_by_id(model_version_id)
        return Response(DriftWatchOutput(selectors.watches_of(model_version=version), many=True).data)

    @extend_schema(request=DriftWatchInput, responses={201: DriftWatchOutput})
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Set the rule: a new version, made from version `base` (0: there is none); what is left out is proposed."""
        version = model_version_by_id(model_version_id)
        form = DriftWatchInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        watch = drift_watch_set(
            by=caller(request),
            model_version=version,
            rule=rule_from(given),
            is_on=given["is_on"],
            reason=given["reason"],
            base=given["base"],
        )
        return Response(DriftWatchOutput(watch).data, status=status.HTTP_201_CREATED)


class DriftCheckApi(APIView):
    """Evaluating a watch."""

    @extend_schema(responses=DriftCheckOutput)
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Return how the last evaluation stands; 404 where there was none."""
        check = selectors.check_of(model_version=model_version_by_id(model_version_id))
        if check is None:
            raise NotFound("Nothing was evaluated yet.")
        return Response(DriftCheckOutput(check).data)

    @extend_schema(request=None, responses={202: DriftCheckOutput})
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Evaluate it now; 409 `no_watch` or `check_under_way`."""
        check = drift_check_request(by=caller(request), model_version=model_version_by_id(model_version_id))
        return Response(DriftCheckOutput(check).data, status=status.HTTP_202_ACCEPTED)


class DriftAcknowledgementsApi(APIView):
    """What people say of a signal."""

    @extend_schema(request=DriftAcknowledgementInput, responses={201: DriftAcknowledgementOutput})
    def post(self, request: Request, drift_signal_id: uuid.UUID) -> Response:
        """Take note of a signal; a further note is a further row."""
        signal = drift_signal_for(caller(request), drift_signal_id)
        form = DriftAcknowledgementInput(data=request.data)
        form.is_valid(raise_exception=True)
        noted = drift_acknowledge(by=caller(request), signal=signal, text=form.validated_data["text"])
        return Response(DriftAcknowledgementOutput(noted).data, status=status.HTTP_201_CREATED)
