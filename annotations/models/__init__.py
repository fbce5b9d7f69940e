"""Reader studies and everything a human marks."""

from django.conf import settings
from django.db import models

from annotations.design_models import AI_DISPLAYS
from annotations.design_models import AiDisplay as AiDisplay
from annotations.design_models import Arm as Arm
from annotations.design_models import DesignVersion as DesignVersion
from annotations.design_models import Session as Session
from annotations.form_models import CodeEntry as CodeEntry
from annotations.form_models import CodeList as CodeList
from annotations.form_models import SchemaImage as SchemaImage
from annotations.models.adjudication import Adjudication as Adjudication
from annotations.models.adjudication import AdjudicationCase as AdjudicationCase
from annotations.models.adjudication import AdjudicationDecision as AdjudicationDecision
from annotations.models.ai_order import AiOrder as AiOrder
from annotations.models.arbitration import ArbitrationStep as ArbitrationStep
from annotations.models.arbitration import StepKind as StepKind
from annotations.models.case_images import CaseImages as CaseImages
from annotations.models.clinical_texts import ClinicalText as ClinicalText
from annotations.models.clinical_texts import ClinicalTextShown as ClinicalTextShown
from annotations.models.hanging import CasePrior as CasePrior
from annotations.models.hanging import HangingProtocol as HangingProtocol
from annotations.models.invitations import Invitation as Invitation
from annotations.models.invitations import InvitationLink as InvitationLink
from annotations.models.invitations import StudyMail as StudyMail
from annotations.models.lesions import LesionCorrection as LesionCorrection
from annotations.models.masking import MaskBreak as MaskBreak
from annotations.models.measurements import ReadMeasurement as ReadMeasurement
from annotations.models.measurements import ReadMeasurementJob as ReadMeasurementJob
from annotations.models.protocol import ProtocolApproval as ProtocolApproval
from annotations.models.protocol import ProtocolVersion as ProtocolVersion
from annotations.models.protocol import SampleSizePlan as SampleSizePlan
from annotations.models.queries import DataQuery as DataQuery
from annotations.models.queries import QueryEvent as QueryEvent
from annotations.models.queries import QueryMessage as QueryMessage
from annotations.models.queries import QueryState as QueryState
from annotations.models.reference import ReferenceDecision as ReferenceDecision
from annotations.models.reference import ReferenceLock as ReferenceLock
from annotations.models.reference import ReferenceSource as ReferenceSource
from annotations.models.reference import ReferenceStandard as ReferenceStandard
from annotations.models.reference import ReferenceTruth as ReferenceTruth
from annotations.models.reference_jobs import ReferenceJob as ReferenceJob
from annotations.models.reference_jobs import ReferenceJobKind as ReferenceJobKind
from annotations.models.running import ReaderReplacement as ReaderReplacement
from annotations.models.running import TrainingAcceptance as TrainingAcceptance
from annotations.models.sampling import SampleDraw as SampleDraw
from annotations.models.sampling import SamplingFrame as SamplingFrame
from annotations.models.segments import SegmentVersion as SegmentVersion
from annotations.models.signatures import Reopening as Reopening
from annotations.models.signatures import Signature as Signature
from annotations.models.terms import TermsAcceptance as TermsAcceptance
from annotations.models.terms import TermsVersion as TermsVersion
from annotations.models.times import RevisionTimes as RevisionTimes
from annotations.models.times import Sitting as Sitting
from portal.accounts.policy import Role
from portal.db import AppendOnlyModel, MovingModel, Seal
from portal.imaging.models import ImagingStudy
from portal.inference.models import ModelVersion, Prediction

STUDY_ROLES = [(one.value, one.value) for one in (Role.COORDINATOR, Role.READER, Role.ADJUDICATOR, Role.API_CLIENT)]


class ReaderStudyState(models.TextChoices):
    """Life of a reader study."""

    DRAFT = "DRAFT"
    PILOTING = "PILOTING"
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"
    LOCKED = "LOCKED"


class ReaderStudy(MovingModel):
    """A protocol with a label schema, cases and readers; the unit of permission."""

    SEAL = Seal(scope="pk")

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=ReaderStudyState, default=ReaderStudyState.DRAFT)
    ai_model_version = models.ForeignKey(
        ModelVersion, null=True, on_delete=models.PROTECT, related_name="reader_studies"
    )
    ai_decisions_required = models.BooleanField(
        default=False, help_text="A read can be signed only when every finding of the AI is decided."
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    launched_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)
    shows_priors = models.BooleanField(default=False, help_text="Whether readers see the priors of a case.")
    shows_prior_marks = models.BooleanField(
        default=False, help_text="Whether readers see what they marked on a prior when it was a case."
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def ai_display(self) -> AiDisplay:
        """What its arms show of the AI: of several, the one that shows most. A read asks its own arm."""
        return max(
            (AiDisplay(arm.ai_display) for arm in self.arms.all()), key=AI_DISPLAYS.index, default=AI_DISPLAYS[0]
        )


class Membership(MovingModel):
    """A role of an account in a reader study."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=STUDY_ROLES)
    starts_on = models.DateField(null=True, help_text="A reader's first day of reading.")
    ends_on = models.DateField(null=True, help_text="A reader's last day of reading.")
    withdrawn_at = models.DateTimeField(null=True, help_text="When a reader was withdrawn; nobody comes back.")
    withdrawn_reason = models.CharField(max_length=500, blank=True, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader_study", "user", "role"], name="membership_once")]


class LabelSchema(AppendOnlyModel):
    """One version of a reader study's form."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="label_schemas")
    version = models.PositiveIntegerField()
    questions = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "version"], name="label_schema_version_once")]


class Case(MovingModel):
    """What one reader reads at one time: an imaging study, and the further ones that are read together with it."""

    # The mirror of the archive is not bound; whose images they are is, for patients are the clusters of the statistics.
    SEAL = Seal(scope="reader_study", carries=("imaging_study__study_instance_uid", "imaging_study__patient_id"))

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.CASCADE, related_name="cases")
    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="cases")
    name = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    removed_at = models.DateTimeField(null=True, help_text="Taken out of the selection; what refers to it stays.")
    withdrawn_at = models.DateTimeField(
        null=True, help_text="Taken out after the launch; its reads are kept, not used."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["reader_study", "imaging_study"], name="case_once_per_imaging_study"),
            models.UniqueConstraint(fields=["reader_study", "name"], name="case_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def further_imaging_studies(self) -> list[ImagingStudy]:
        """The current ones after the first, in order."""
        return [one.imaging_study for one in self.further_images.all()]


class RandomisationList(AppendOnlyModel):
    """The order in which one reader reads the cases, as drawn once at launch."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="randomisation_lists")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=100)
    order = models.JSONField(help_text="Case ids, first to last.")
    slots = models.JSONField(default=list, help_text="`annotations.domain.randomisation.Slot`, first to last.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader_study", "reader"], name="randomisation_once_per_reader")]


class AssignmentState(models.TextChoices):
    """Life of an assignment."""

    PENDING = "PENDING"
    OPEN = "OPEN"
    DRAFT = "DRAFT"
    SIGNED = "SIGNED"
    REOPENED = "REOPENED"
    VOID = "VOID"


class AssignmentRole(models.TextChoices):
    """Whether an assignment was drawn for its reader, or is the third read of a case that two have read."""

    READER = "READER"
    ARBITRATION = "ARBITRATION"


class Assignment(MovingModel):
    """A reader x case x arm x session with its stored position in that reader's order, over all sessions."""

    SEAL = Seal(
        scope="reader_study",
        fields=(
            "reader_study_id",
            "reader_id",
            "case_id",
            "arm_id",
            "session_id",
            "repeat_number",
            "is_training",
            "role",
            "shown_name",
            "position",
            "state",
            "void_reason",
            "voided_at",
        ),
    )

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="assignments")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    arm = models.ForeignKey(Arm, on_delete=models.PROTECT, related_name="assignments")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="assignments")
    repeat_number = models.PositiveIntegerField(default=0, help_text="0; in a hidden repeat of a case which one it is.")
    is_training = models.BooleanField(default=False)
    role = models.CharField(
        max_length=11, choices=AssignmentRole, default=AssignmentRole.READER, db_default=AssignmentRole.READER
    )
    shown_name = models.CharField(
        max_length=40, blank=True, help_text="What the reader sees instead of the case's name."
    )
    void_reason = models.CharField(max_length=500, blank=True)
    voided_at = models.DateTimeField(null=True)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=AssignmentState, default=AssignmentState.PENDING)
    images_named_at = models.DateTimeField(
        null=True, help_text="When its reader was first told which images to fetch ahead; until then they are closed."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["reader", "case", "session", "repeat_number"], name="assignment_once"),
            models.UniqueConstraint(fields=["reader_study", "reader", "position"], name="assignment_position_once"),
        ]
        indexes = [models.Index(fields=["reader", "state"])]

    # What `annotations.access` has already asked for; no column.
    own_membership: Membership | None = None

    @property
    def name_shown(self) -> str:
        """The name under which its reader sees the case."""
        return self.shown_name or self.case.name


class Phase(models.TextChoices):
    """Part of a read: SECOND is the one with the AI after a frozen first read; other reads have one phase."""

    FIRST = "FIRST"
    SECOND = "SECOND"


class RevisionKind(models.TextChoices):
    """Whether a revision is work in progress, the frozen first read, or the signed read."""

    DRAFT = "DRAFT"
    FIRST_READ = "FIRST_READ"
    SIGNED = "SIGNED"


class Provenance(models.TextChoices):
    """Who made the content: a person, the demo's simulation, or a tool whose program has an account of its own."""

    HUMAN = "HUMAN"
    SIMULATED = "SIMULATED"
    EXTERNAL_TOOL = "EXTERNAL_TOOL"


class Read(MovingModel):
    """What a reader did with an assignment. Its content lives in the revisions."""

    SEAL = Seal(
        scope="assignment__reader_study",
        fields=(
            "assignment_id",
            "label_schema_id",
            "revision_number",
            "opened_at",
            "phase",
            "first_read_at",
            "first_read_revision_id",
            "signed_at",
            "signed_revision_id",
            "active_ms",
        ),
        # Every sign of life of an open read moves it; `RevisionTimes` holds what counts.
        while_set=("active_ms", "signed_at"),
    )

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="read")
    label_schema = models.ForeignKey(LabelSchema, on_delete=models.PROTECT, related_name="+")
    revision_number = models.PositiveIntegerField(default=0)
    active_ms = models.PositiveBigIntegerField(
        default=0, help_text="Time the read was open and in use, by the browser's clock: the sum over its sittings."
    )
    editor = models.CharField(max_length=64, blank=True, help_text="The browser that holds or last held the read.")
    editor_since = models.DateTimeField(null=True)
    editor_seen_at = models.DateTimeField(null=True, help_text="Start of the running lease; null once given back.")
    opened_at = models.DateTimeField()
    phase = models.CharField(max_length=6, choices=Phase, default=Phase.FIRST)
    first_read_at = models.DateTimeField(null=True)
    first_read_revision = models.OneToOneField("Revision", null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_revision = models.OneToOneField("Revision", null=True, on_delete=models.PROTECT, related_name="+")


class Revision(AppendOnlyModel):
    """One append-only version of a read's content."""

    SEAL = Seal(scope="read__assignment__reader_study")

    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    base_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=RevisionKind)
    phase = models.CharField(max_length=6, choices=Phase, default=Phase.FIRST)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    provenance = models.CharField(max_length=13, choices=Provenance, default=Provenance.HUMAN)
    tool = models.CharField(max_length=100, blank=True, help_text="Name and version of the tool that made it.")
    payload = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical payload.")
    idempotency_key = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["read", "number"], name="revision_number_once"),
            models.UniqueConstraint(fields=["read", "idempotency_key"], name="revision_key_once"),
        ]


class AiContent(models.TextChoices):
    """What of the AI was delivered."""

    COMPARISON = "COMPARISON"
    HEAT_MAP = "HEAT_MAP"
    SEGMENT = "SEGMENT"
    MEASURED = "MEASURED"


class AiDelivery(AppendOnlyModel):
    """One delivery of AI content to the reader: which prediction, when, and how far the read was."""

    SEAL = Seal(scope="read__assignment__reader_study")

    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="ai_deliveries")
    prediction = models.ForeignKey(Prediction, null=True, on_delete=models.PROTECT, related_name="+")
    content = models.CharField(max_length=10, choices=AiContent)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Which segment; empty for all other content.")
    phase = models.CharField(max_length=6, choices=Phase)
    revision_number = models.PositiveIntegerField(help_text="The read's newest revision at that time.")
    is_signed = models.BooleanField()

    class Meta:
        ordering = ["created_at"]
