"""Routes of the stored lists and of a reader's sessions."""

import csv
import io
import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read, reader_study_for
from annotations.api.reader_studies import MANAGE, csv_download
from annotations.models import AiOrder, RandomisationList, ReaderStudy, ReferenceTruth
from annotations.selectors.ai_order import ai_order_of, sessions_ordered_by_ai
from annotations.selectors.designs import (
    design_of,
    drawn_cases,
    is_reproduced,
    late_usernames,
    launch_list,
    slots_of,
)
from annotations.selectors.reader_studies import cases_of, randomisation_lists_of
from annotations.selectors.sessions import OwnSession, own_sessions
from annotations.selectors.truth import truths_of
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.errors import NotFound

# In the table of lists: nothing of the AI.
DRAWN = ("",) * 4


class SlotOutput(serializers.Serializer[Any]):
    """One place of a list."""

    session = serializers.IntegerField()
    arm = serializers.CharField()
    case = serializers.CharField()
    repeat_number = serializers.IntegerField()
    is_training = serializers.BooleanField()


class RandomisationListOutput(serializers.Serializer[Any]):
    """One reader's list in reading order."""

    reader = serializers.CharField(source="reader.username")
    slots = serializers.SerializerMethodField()

    @extend_schema_field(SlotOutput(many=True))
    def get_slots(self, stored: RandomisationList) -> Any:
        """Return the places, first to last."""
        # Its names are the fields of the output; there can be a hundred thousand places.
        return [slot._asdict() for slot in slots_of(stored)]


class DrawnCaseOutput(serializers.Serializer[Any]):
    """A case as the drawing took it; `patient` numbers the patients, `stratum` the strata of the case sample."""

    name = serializers.CharField()
    patient = serializers.CharField()
    is_training = serializers.BooleanField()
    stratum = serializers.CharField(help_text="Empty where no sample drew the case.")


class OrderedCaseOutput(serializers.Serializer[Any]):
    """A case in the AI's order; without a prediction it came last."""

    case_id = serializers.UUIDField()
    name = serializers.CharField()
    prediction_id = serializers.UUIDField(allow_null=True)
    score = serializers.FloatField(allow_null=True)


class AiOrderOutput(serializers.Serializer[Any]):
    """By which predictions the AI ordered worklists at the launch."""

    model_version_id = serializers.UUIDField()
    model_version = serializers.SerializerMethodField()
    operating_threshold = serializers.FloatField(help_text="From this score on a case was flagged.")
    arms = serializers.DictField(child=serializers.CharField(), help_text="Arm -> AI_SCORE or AI_FLAG.")
    cases = OrderedCaseOutput(many=True)

    def get_model_version(self, order: AiOrder) -> str:
        """Return the name of the model with its version."""
        return f"{order.model_version.ai_model.name} {order.model_version.version}"


class RandomisationOutput(serializers.Serializer[Any]):
    """The drawing: what it was made from, and what came out."""

    seed = serializers.CharField(allow_null=True)
    algorithm = serializers.CharField(allow_null=True)
    drawn_at = serializers.DateTimeField(allow_null=True)
    joined_late = serializers.ListField(child=serializers.CharField(), help_text="Usernames, in order of joining.")
    design = serializers.DictField()
    cases = DrawnCaseOutput(many=True)
    lists = RandomisationListOutput(many=True)
    ai_order = AiOrderOutput(allow_null=True, help_text="Null where every order is the drawn one.")


def _lists_viewed(request: Request, reader_study: ReaderStudy, shown: list[RandomisationList] | bool | None) -> None:
    """Record the look, unless nothing has been drawn yet."""
    if shown not in ([], None):
        viewed(by=caller(request), reader_study_id=reader_study.pk, action="randomisation.view", obj=reader_study)


class RandomisationApi(APIView):
    """The stored reading orders with what they were drawn from."""

    @extend_schema(responses=RandomisationOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the lists as they are stored; empty before the launch."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        lists = list(randomisation_lists_of(reader_study=reader_study))
        _lists_viewed(request, reader_study, lists)
        first, design = launch_list(lists), design_of(reader_study=reader_study)
        cases = list(cases_of(reader_study=reader_study).order_by("position", "pk"))
        answer = {
            "seed": first.seed if first else None,
            "algorithm": first.algorithm if first else None,
            "drawn_at": first.created_at if first else None,
            "joined_late": late_usernames(lists),
            "design": design,
            "cases": drawn_cases(reader_study=reader_study, cases=cases, design=design),
            "lists": lists,
            "ai_order": ai_order_of(reader_study=reader_study),
        }
        return Response(RandomisationOutput(answer).data)


class RandomisationCheckOutput(serializers.Serializer[Any]):
    """The lists drawn again; null before the launch."""

    is_reproduced = serializers.BooleanField(allow_null=True)


class RandomisationCheckApi(APIView):
    """Drawing once more, to compare."""

    @extend_schema(responses=RandomisationCheckOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Draw again from the stored seed, design, readers and cases, and say whether the lists are the stored ones."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        found = is_reproduced(reader_study=reader_study)
        _lists_viewed(request, reader_study, found)
        return Response(RandomisationCheckOutput({"is_reproduced": found}).data)


class RandomisationCsvApi(APIView):
    """The stored reading orders as a file."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> HttpResponse:
        """Return reader, position and case with seed, algorithm and the place in the design as CSV.

        Where the AI ordered the worklist of the arm, also by which version, prediction and score.
        """
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        lists = list(randomisation_lists_of(reader_study=reader_study))
        _lists_viewed(request, reader_study, lists)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        columns = ["reader", "position", "case", "case_id", "seed", "algorithm"]
        columns += ["session", "arm", "repeat_number", "is_training"]
        writer.writerow([*columns, "ordered_by", "model_version_id", "prediction_id", "score"])
        orders = _orders_of(ai_order_of(reader_study=reader_study))
        for drawn in lists:
            for position, (slot, case_id) in enumerate(zip(slots_of(drawn), drawn.order, strict=True), start=1):
                place = [slot.session, slot.arm, slot.repeat_number, int(slot.is_training)]
                row = [drawn.reader.username, position, slot.case, case_id, drawn.seed, drawn.algorithm]
                writer.writerow([*row, *place, *orders.get((slot.arm, case_id), DRAWN)])
        return csv_download(out.getvalue(), "randomisation.csv")


def _orders_of(order: AiOrder | None) -> dict[tuple[str, str], list[Any]]:
    """Return by arm and case by what of the AI a place was chosen: the order, its version, prediction and score."""
    if order is None:
        return {}
    version = order.model_version_id
    return {
        (arm, one["case_id"]): [by, version, one["prediction_id"], one["score"]]
        for arm, by in order.arms.items()
        for one in order.cases
    }


class OwnSessionOutput(serializers.Serializer[Any]):
    """A session as its reader sees it; `opens_at` is known for what opens by itself."""

    number = serializers.IntegerField(source="session.number")
    opens_on = serializers.DateField(source="session.opens_on", allow_null=True)
    closes_on = serializers.DateField(source="session.closes_on", allow_null=True)
    total = serializers.IntegerField()
    signed = serializers.IntegerField()
    is_open = serializers.SerializerMethodField()
    code = serializers.CharField(source="shut.code", default="")
    detail = serializers.CharField(source="shut.detail", default="")
    opens_at = serializers.DateTimeField(source="shut.opens_at", allow_null=True, default=None)
    ends_at = serializers.DateTimeField(allow_null=True)
    is_ordered_by_ai = serializers.SerializerMethodField()

    def get_is_ordered_by_ai(self, own: OwnSession) -> bool:
        """Say whether its worklist has the most urgent cases first, by the AI."""
        return own.session.number in self.context["ordered_by_ai"]

    def get_is_open(self, own: OwnSession) -> bool:
        """Say whether its cases can be opened now."""
        return own.shut is None


class OwnSessionsApi(APIView):
    """The caller's sessions in a reader study."""

    @extend_schema(responses=OwnSessionOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the sessions with what keeps each one shut."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READ_OWN)
        own = own_sessions(reader_study=reader_study, reader=caller(request))
        ordered = sessions_ordered_by_ai(reader_study=reader_study, reader=caller(request))
        return Response(OwnSessionOutput(own, many=True, context={"ordered_by_ai": ordered}).data)


class FeedbackOutput(serializers.Serializer[Any]):
    """The truth of a training case."""

    truth = serializers.IntegerField()
    lesions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_lesions(self, truth: ReferenceTruth) -> Any:
        """Return the lesions without who said them: that may be other readers."""
        return [{name: one for name, one in lesion.items() if name != "provenance"} for lesion in truth.lesions]


class ReadFeedbackApi(APIView):
    """The truth of a training case, after it was signed."""

    @extend_schema(responses=FeedbackOutput)
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """Return the truth; for every other case this address does not exist."""
        read = own_read(caller(request), read_id)
        if not (read.assignment.is_training and read.signed_at):
            raise NotFound
        truth = truths_of(reader_study=read.assignment.reader_study).get(read.assignment.case_id)
        if truth is None:
            raise NotFound
        viewed(
            by=caller(request),
            reader_study_id=read.assignment.reader_study_id,
            action="reference_standard.view",
            obj=truth,
        )
        return Response(FeedbackOutput(truth).data, headers={"Cache-Control": "no-store"})
