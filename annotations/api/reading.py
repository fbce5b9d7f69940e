"""Routes of the reading room: a reader's own assignments and reads."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_assignment, own_read, own_read_shown
from annotations.api.particulars import NOT_STORED, ParticularsOutput
from annotations.api.shapes import LabelSchemaOutput
from annotations.api.sittings import EDITOR_PATTERN, OpenInput, SittingInput, TurnOutput, sitting_of, turn_of
from annotations.domain.payload import EMPTY_PAYLOAD
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.priors import days_between, interval_text
from annotations.domain.signatures import CORRECTION, FINDINGS, MEANINGS
from annotations.models import Assignment, CasePrior, Read, Revision
from annotations.selectors.ai import comparison_available
from annotations.selectors.assignments import assignments_of, next_assignment
from annotations.selectors.case_images import further_with_series, is_current_in
from annotations.selectors.hanging import hanging_protocol_of, own_marks_on_priors, priors_of_read
from annotations.selectors.history import open_reopening_of
from annotations.services import reads as services
from annotations.services.arbitration import signing_lock
from annotations.services.case_images import case_of_assignment_describe
from annotations.services.particulars import particulars_show
from portal.accounts.authentication import caller
from portal.accounts.epochs import epoch_of
from portal.accounts.passwords import require_own_password
from portal.imaging.frame_grants import FrameGrantOutput, frame_grants


class ReadReaderStudyOutput(serializers.Serializer[Any]):
    """The reader study of a read, with the AI display of the read's own arm."""

    id = serializers.UUIDField(source="reader_study.pk")
    name = serializers.CharField(source="reader_study.name")
    state = serializers.CharField(source="reader_study.state")
    ai_display = serializers.CharField(source="arm.ai_display")
    ai_decisions_required = serializers.BooleanField(source="reader_study.ai_decisions_required")


class ReadSeriesOutput(serializers.Serializer[Any]):
    """A series to show. Descriptions written at the scanner can name the patient or the finding, so they stay out."""

    series_instance_uid = serializers.CharField()
    modality = serializers.CharField()
    series_number = serializers.IntegerField(allow_null=True)
    number_of_instances = serializers.IntegerField()
    facts = serializers.DictField(allow_null=True)


class ReadImagingStudyOutput(serializers.Serializer[Any]):
    """The images of a case."""

    study_instance_uid = serializers.CharField()
    is_synthetic = serializers.BooleanField()
    series = ReadSeriesOutput(many=True, source="series.all")


class OwnMarkOutput(serializers.Serializer[Any]):
    """A mark of the reader's own on a prior, signed when that was a case."""

    id = serializers.UUIDField()
    finding = serializers.IntegerField()
    text = serializers.CharField()
    geometry = serializers.DictField()


class ReadPriorOutput(serializers.Serializer[Any]):
    """A prior beside the case. Its date stays hidden; the reader is told how long before it was made."""

    name = serializers.SerializerMethodField()
    interval = serializers.SerializerMethodField()
    imaging_study = ReadImagingStudyOutput()
    own_marks = serializers.SerializerMethodField()

    @extend_schema_field(OwnMarkOutput(many=True))
    def get_own_marks(self, prior: CasePrior) -> Any:
        """Return what the reader marked there, where the protocol shows it."""
        return OwnMarkOutput(self.context["own_marks"].get(prior.imaging_study_id, []), many=True).data

    def get_name(self, prior: CasePrior) -> str:
        """Return its number, the most relevant being the first."""
        return f"Prior {prior.position}"

    def get_interval(self, prior: CasePrior) -> str | None:
        """Say how long before the current study it was made."""
        return interval_text(days_between(prior.case.imaging_study.study_date, prior.imaging_study.study_date))


class ReadCaseOutput(serializers.Serializer[Any]):
    """The case of a read, with its priors as far as the protocol shows them."""

    id = serializers.SerializerMethodField()
    name = serializers.CharField(source="name_shown")
    imaging_study = ReadImagingStudyOutput(source="case.imaging_study")
    further_imaging_studies = serializers.SerializerMethodField()
    priors = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField())
    def get_id(self, assignment: Assignment) -> str:
        """Return the case's id, or where the reader meets cases again, the assignment's."""
        return str(assignment.pk if assignment.shown_name else assignment.case_id)

    @extend_schema_field(ReadImagingStudyOutput(many=True))
    def get_further_imaging_studies(self, assignment: Assignment) -> Any:
        """Return those that are read together with the first, in order."""
        return ReadImagingStudyOutput(further_with_series(assignment.case), many=True).data

    @extend_schema_field(ReadPriorOutput(many=True))
    def get_priors(self, assignment: Assignment) -> Any:
        """Return the priors that the protocol shows, the most relevant first."""
        return ReadPriorOutput(self.context["priors"], many=True, context=self.context).data


class SignatureMeaningOutput(serializers.Serializer[Any]):
    """What a signature can mean."""

    code = serializers.CharField()
    text = serializers.CharField()


class ReadOutput(serializers.ModelSerializer[Read]):
    """A read with everything the reading room needs."""

    assignment_id = serializers.UUIDField()
    reader_study = ReadReaderStudyOutput(source="assignment")
    case = ReadCaseOutput(source="assignment")
    position = serializers.IntegerField(source="assignment.position")
    session = serializers.IntegerField(source="assignment.session.number")
    is_training = serializers.BooleanField(source="assignment.is_training")
    role = serializers.CharField(source="assignment.role")
    state = serializers.CharField(source="assignment.state")
    label_schema = LabelSchemaOutput()
    hanging_rules = serializers.ListField(child=serializers.DictField())
    payload = serializers.DictField()
    saved_at = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField()
    next_assignment_id = serializers.UUIDField(allow_null=True)
    comparison_available = serializers.BooleanField()
    particulars = ParticularsOutput()
    signature_meanings = SignatureMeaningOutput(many=True)
    reopening_reason = serializers.CharField(allow_null=True)

    class Meta:
        model = Read
        fields = [
            "id",
            "assignment_id",
            "reader_study",
            "case",
            "position",
            "total",
            "session",
            "is_training",
            "role",
            "state",
            "label_schema",
            "hanging_rules",
            "revision_number",
            "payload",
            "opened_at",
            "phase",
            "first_read_at",
            "saved_at",
            "signed_at",
            "signature_meanings",
            "reopening_reason",
            "next_assignment_id",
            "comparison_available",
            "particulars",
        ]


class OpenedReadOutput(ReadOutput):
    """A read just opened, and with it what its images are fetched by and whose turn it is."""

    frame_grants = FrameGrantOutput(many=True)
    turn = TurnOutput(allow_null=True, help_text="Null without an `editor`, and of a signed read.")

    class Meta(ReadOutput.Meta):
        fields = [*ReadOutput.Meta.fields, "frame_grants", "turn"]


def _shown(read: Read) -> Read:
    assignment = read.assignment
    newest = Revision.objects.filter(read=read, number=read.revision_number).first()
    own = assignments_of(reader_study=assignment.reader_study, reader=assignment.reader)
    following = next_assignment(reader_study=assignment.reader_study, reader=assignment.reader)
    reopening = open_reopening_of(read=read)
    # Only what was signed before can be corrected.
    meanings = [CORRECTION, FINDINGS] if reopening else [FINDINGS]
    # Values that are not columns travel on the object the serializer reads.
    protocol = hanging_protocol_of(reader_study=assignment.reader_study)
    vars(read).update(
        hanging_rules=protocol.rules if protocol else [],
        payload=upgraded(newest.payload) if newest else EMPTY_PAYLOAD,
        saved_at=newest.created_at if newest else None,
        signature_meanings=[{"code": code, "text": MEANINGS[code]} for code in meanings],
        reopening_reason=reopening.reason if reopening else None,
        total=own.count(),
        next_assignment_id=following.pk if following and following.pk != assignment.pk else None,
        comparison_available=comparison_available(read=read),
        particulars=particulars_show(by=assignment.reader, read=read),
    )
    return read


def _context(read: Read) -> dict[str, Any]:
    return {"own_marks": own_marks_on_priors(read=read), "priors": priors_of_read(read=read)}


class AssignmentOpenApi(APIView):
    """Opening a case."""

    @extend_schema(request=OpenInput, responses=OpenedReadOutput)
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Open an assignment in reading order; opening it again returns the same read."""
        form = OpenInput(data=request.data)
        form.is_valid(raise_exception=True)
        case_of_assignment_describe(assignment=own_assignment(caller(request), assignment_id))
        return self._opened(request, assignment_id, form.validated_data["editor"])

    @transaction.atomic
    def _opened(self, request: Request, assignment_id: uuid.UUID, editor: str) -> Response:
        user = caller(request)
        epoch = epoch_of(user.pk)
        opened = services.assignment_open(assignment=own_assignment(user, assignment_id, lock=True))
        read = _shown(own_read(user, opened.pk, lock=bool(editor)))
        vars(read).update(turn=turn_of(user, read, editor))
        case = read.assignment.case
        priors = priors_of_read(read=read).values("imaging_study")
        wanted = is_current_in(case, "pk") | Q(pk__in=priors)
        vars(read).update(frame_grants=frame_grants(request, wanted, epoch=epoch))
        shown = OpenedReadOutput(read, context=_context(read))
        return Response(shown.data, headers=NOT_STORED)


class ReadApi(APIView):
    """One read of the caller."""

    @extend_schema(responses=ReadOutput)
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """Return the read with its newest content."""
        own = own_read_shown(caller(request), read_id)
        case_of_assignment_describe(assignment=own.assignment)
        read = _shown(own)
        return Response(ReadOutput(read, context=_context(read)).data, headers=NOT_STORED)


class SaveInput(serializers.Serializer[Any]):
    """Content to save; its rules are in `annotations.domain.payload`."""

    base_revision = serializers.IntegerField(min_value=0)
    idempotency_key = serializers.RegexField(r"^[\w-]{8,64}$")
    payload = serializers.JSONField()
    editor = serializers.RegexField(EDITOR_PATTERN, required=False, default="")
    sitting = SittingInput(required=False, allow_null=True, default=None)


class DraftOutput(serializers.Serializer[Any]):
    """What was stored."""

    revision_number = serializers.IntegerField(source="number")
    saved_at = serializers.DateTimeField(source="created_at")
    digest = serializers.CharField()


def save_of(request: Request) -> services.Save:
    """Return what the browser asks to have saved."""
    form = SaveInput(data=request.data)
    form.is_valid(raise_exception=True)
    return services.Save(**form.validated_data | {"sitting": sitting_of(form.validated_data)})


class ReadDraftApi(APIView):
    """Saving a draft."""

    @extend_schema(request=SaveInput, responses=DraftOutput)
    @transaction.atomic
    def put(self, request: Request, read_id: uuid.UUID) -> Response:
        """Append a draft revision; 409 `stale_revision` with the newer content when somebody saved in between."""
        save = save_of(request)
        read = own_read(caller(request), read_id, lock=True)
        revision = services.read_save_draft(by=caller(request), read=read, save=save)
        return Response(DraftOutput(revision).data)


class SignedOutput(serializers.Serializer[Any]):
    """What was signed, and what comes next."""

    revision_number = serializers.IntegerField()
    signed_at = serializers.DateTimeField()
    digest = serializers.CharField()
    next_assignment_id = serializers.UUIDField(allow_null=True)
    comparison_available = serializers.BooleanField()
    particulars = ParticularsOutput()


class SignatureInput(serializers.Serializer[Any]):
    """The password of who signs, and what the signature means."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)
    meaning = serializers.ChoiceField(choices=list(MEANINGS.items()), default=FINDINGS)


class SignInput(SaveInput, SignatureInput):
    """Content to sign."""


class ReadSignApi(APIView):
    """Signing a read."""

    @extend_schema(request=SignInput, responses=SignedOutput)
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Append the signed revision and freeze the read; 400 `wrong_password`, 400 `incomplete`."""
        reader_study = own_read(caller(request), read_id).assignment.reader_study
        save = save_of(request)
        signature = SignatureInput(data=request.data)
        signature.is_valid(raise_exception=True)
        # Before the transaction: refusals are counted even though nothing else is stored.
        require_own_password(request._request, user=caller(request), password=signature.validated_data["password"])
        with transaction.atomic():
            signing_lock(reader_study=reader_study)
            read = own_read(caller(request), read_id, lock=True)
            revision = services.read_sign(
                by=caller(request), read=read, save=save, meaning=signature.validated_data["meaning"]
            )
        read = own_read(caller(request), read_id)
        following = next_assignment(reader_study=read.assignment.reader_study, reader=caller(request))
        signed = {
            "revision_number": revision.number,
            "signed_at": read.signed_at,
            "digest": revision.digest,
            "next_assignment_id": following.pk if following else None,
            "comparison_available": comparison_available(read=read),
            "particulars": particulars_show(by=caller(request), read=read),
        }
        return Response(SignedOutput(signed).data, headers=NOT_STORED)
