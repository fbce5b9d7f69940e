"""One prediction with what lies over its images, for whoever may see these."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.imaging.models import ImagingStudy, Series
from portal.imaging.selectors import series_of
from portal.inference.access import prediction_for_viewer
from portal.inference.api.explanations import ExplanationOutput
from portal.inference.api.measurements import NOT_STORED
from portal.inference.api.prediction_list import ListedImagingStudyOutput, PredictionJudgedOutput
from portal.inference.listed_predictions import predictions_listed
from portal.inference.models import Prediction
from portal.inference.selectors import explanations_of_prediction
from portal.inference.services import ai_viewed


class ShownSeriesOutput(serializers.ModelSerializer[Series]):
    """A series as the viewer hangs it."""

    facts = serializers.DictField(allow_null=True)

    class Meta:
        model = Series
        fields = ["series_instance_uid", "modality", "series_number", "number_of_instances", "facts"]


class ShownImagingStudyOutput(ListedImagingStudyOutput):
    """An imaging study in words and in its series."""

    series = serializers.SerializerMethodField()

    class Meta(ListedImagingStudyOutput.Meta):
        fields = ["study_instance_uid", *ListedImagingStudyOutput.Meta.fields, "series"]

    @extend_schema_field(ShownSeriesOutput(many=True))
    def get_series(self, imaging_study: ImagingStudy) -> Any:
        """Return the series that have instances."""
        return ShownSeriesOutput(series_of(imaging_study), many=True).data


class PredictionOverImagesOutput(PredictionJudgedOutput):
    """A prediction, the series to show it on, and all of its explanations with their checks, newest first."""

    imaging_study = ShownImagingStudyOutput()
    explanations = serializers.SerializerMethodField()

    class Meta(PredictionJudgedOutput.Meta):
        fields = [*PredictionJudgedOutput.Meta.fields, "imaging_study", "explanations"]

    @extend_schema_field(ExplanationOutput(many=True))
    def get_explanations(self, prediction: Prediction) -> Any:
        """Return the explanations; the voxels of each map have a route of their own."""
        return ExplanationOutput(explanations_of_prediction(prediction=prediction), many=True).data


class PredictionApi(APIView):
    """One prediction, to be looked at over its images."""

    @extend_schema(responses=PredictionOverImagesOutput)
    def get(self, request: Request, model_version_id: uuid.UUID, prediction_id: uuid.UUID) -> Response:
        """Return a prediction with its imaging study's series and its explanations; recorded as a look at it."""
        prediction = prediction_for_viewer(caller(request), model_version_id, prediction_id)
        version = prediction.model_version
        shown = predictions_listed(model_version=version).get(pk=prediction.pk)
        ai_viewed(by=caller(request), action="prediction.view", obj=prediction)
        return Response(PredictionOverImagesOutput(shown, context={"version": version}).data, headers=NOT_STORED)
