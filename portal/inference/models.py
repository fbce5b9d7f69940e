"""AI models, their versions, runs and predictions."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, JobModel, JobState, Seal, UuidModel
from portal.imaging.models import ImagingStudy
from portal.inference.layer_rule import LayerRule


class AiModel(UuidModel):
    """A registered algorithm."""

    SEAL = Seal()

    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    intended_use = models.TextField(blank=True)
    posters = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="posts_predictions_for",
        help_text="Accounts that may post predictions of its versions, and nothing else of AI.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EngineKind(models.TextChoices):
    """How a model version's predictions come about."""

    DEMO_CNN = "DEMO_CNN"
    EXTERNAL = "EXTERNAL"
    TORCHSCRIPT = "TORCHSCRIPT"
    TORCH_EXPORT = "TORCH_EXPORT"
    ONNX = "ONNX"
    ENSEMBLE = "ENSEMBLE"


UPLOADED_KINDS = (EngineKind.TORCHSCRIPT, EngineKind.TORCH_EXPORT, EngineKind.ONNX)


class ModelVersion(UuidModel):
    """One immutable build of an AI model: PostgreSQL refuses to change or delete its row."""

    SEAL = Seal()

    ai_model = models.ForeignKey(AiModel, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=EngineKind)
    weights_path = models.CharField(max_length=300, blank=True, help_text="Relative to var/; empty for EXTERNAL.")
    weights_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the weights file.")
    input_specification = models.JSONField(default=dict)
    operating_threshold = models.FloatField(default=0.5, help_text="A score at or above it is a positive call.")
    calibration = models.JSONField(null=True, help_text="How often scores were right; `portal.inference.calibration`.")
    description = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["ai_model", "version"], name="model_version_once"),
            models.CheckConstraint(
                condition=models.Q(operating_threshold__gte=0, operating_threshold__lte=1),
                name="threshold_is_a_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ai_model} {self.version}"


class EnsembleMember(AppendOnlyModel):
    """One of the versions that are asked together as an ensemble, by its place among them."""

    SEAL = Seal()

    ensemble = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="members")
    member = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(help_text="From 1; findings and heat map are those of the first.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["ensemble", "position"], name="ensemble_position_once"),
            models.UniqueConstraint(fields=["ensemble", "member"], name="ensemble_member_once"),
        ]


class ModelCard(AppendOnlyModel):
    """What a model version reads, says and is for; given with the version and never changed."""

    SEAL = Seal()

    model_version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="card")
    document = models.JSONField(help_text="`schemas/model-card-1.schema.json`.")


class CalibrationMethod(models.TextChoices):
    """How an operating layer turns scores into probabilities."""

    TEMPERATURE = "TEMPERATURE"
    PLATT = "PLATT"
    ISOTONIC = "ISOTONIC"
    BETA = "BETA"


class OperatingLayer(AppendOnlyModel):
    """What is laid over the scores of a model version to make probabilities of them; the version itself never changes.

    On which cases it was fitted, and how it did there and elsewhere, belongs to the reader studies of those cases
    (`validation.models.LayerEvidence`).
    """

    SEAL = Seal()

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="operating_layers")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    reason = models.CharField(max_length=1000)
    method = models.CharField(max_length=12, choices=CalibrationMethod)
    parameters = models.JSONField(help_text="`portal.inference.layer_rule`")
    trained_at = models.FloatField(null=True, help_text="Prevalence that the fitted probabilities are for.")
    applied_at = models.FloatField(null=True, help_text="Prevalence that they are carried to; null: to none.")
    operating_threshold = models.FloatField(help_text="A probability at or above it is a positive call.")
    set_digest = models.CharField(max_length=64, help_text="SHA-256 of the set of cases that it was fitted on.")
    software = models.JSONField(help_text="Versions of what it was fitted with.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["model_version", "number"], name="operating_layer_number_once"),
            models.CheckConstraint(
                condition=models.Q(operating_threshold__gte=0, operating_threshold__lte=1),
                name="layer_threshold_is_a_probability",
            ),
            models.CheckConstraint(
                condition=models.Q(trained_at=None, applied_at=None)
                | models.Q(trained_at__gt=0, trained_at__lt=1, applied_at__gt=0, applied_at__lt=1),
                name="layer_shifts_between_prevalences",
            ),
        ]

    @property
    def rule(self) -> LayerRule:
        """What it makes of a score."""
        shift = None if self.applied_at is None or self.trained_at is None else (self.trained_at, self.applied_at)
        return LayerRule(self.method, self.parameters, shift)


class ModelUpload(JobModel):
    """A file that may become a version: its trial is the job, and only one that passes registers the version."""

    TASK_NAME: ClassVar[str] = "inference.trial"
    QUEUE: ClassVar[str] = "inference"

    ai_model = models.ForeignKey(AiModel, on_delete=models.PROTECT, related_name="uploads")
    version = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=[(one.value, one.label) for one in UPLOADED_KINDS])
    card = models.JSONField(help_text="`schemas/model-card-1.schema.json`.")
    description = models.TextField(blank=True)
    file_name = models.CharField(max_length=255, blank=True, help_text="The sender's name of the file; only shown.")
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    model_version = models.OneToOneField(ModelVersion, null=True, on_delete=models.PROTECT, related_name="upload")

    class Meta:
        ordering = ["-created_at"]


class RunPriority(models.IntegerChoices):
    """Which of the waiting runs comes next; among equals the one that was asked for first."""

    LOW = 0
    NORMAL = 1
    HIGH = 2


class InferenceRun(JobModel):
    """One execution of a model version over imaging studies."""

    TASK_NAME: ClassVar[str] = "inference.run"
    QUEUE: ClassVar[str] = "inference"

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="runs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField(choices=RunPriority, default=RunPriority.NORMAL)
    uncertainty = models.JSONField(null=True, help_text="How it is found, where the run asks: {method, samples, seed}.")

    class Meta:
        ordering = ["-created_at"]


class PredictionSource(models.TextChoices):
    """Where a prediction came from."""

    COMPUTED = "COMPUTED"
    API = "API"
    CSV = "CSV"
    DICOM = "DICOM"


class Prediction(AppendOnlyModel):
    """What a model version says about an imaging study. The newest one is in force; older ones stay."""

    SEAL = Seal()

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="predictions")
    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="predictions")
    score = models.FloatField()
    uncertainty = models.JSONField(null=True, help_text="Of the score: {value, method, samples, definition}.")
    findings = models.JSONField(default=list)
    source = models.CharField(max_length=8, choices=PredictionSource)
    weights_digest = models.CharField(max_length=64, blank=True)
    input_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 over the input's instances and pixels."
    )
    origin = models.JSONField(null=True, help_text="Of DICOM: its files, rules and tracking ids; `dicom_merge`.")
    run = models.ForeignKey(InferenceRun, null=True, on_delete=models.PROTECT, related_name="predictions")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["model_version", "imaging_study", "-created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=1), name="prediction_score_is_a_probability"
            ),
            models.UniqueConstraint(fields=["run", "imaging_study"], name="prediction_once_per_run"),
        ]


class HeatMap(AppendOnlyModel):
    """Where in the patient a prediction comes from; the voxels are a file (`portal.inference.heat_map_files`)."""

    SEAL = Seal()

    prediction = models.OneToOneField(Prediction, on_delete=models.PROTECT, related_name="heat_map")
    digest = models.CharField(max_length=64, help_text="SHA-256 over grid and voxels; names the file.")
    columns = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    slices = models.PositiveIntegerField()
    affine = models.JSONField(help_text="3 x 4: from (column, row, slice, 1) to patient millimetres, LPS+.")
    frame_of_reference_uid = models.CharField(max_length=64, blank=True)


class MeasurementFamily(models.TextChoices):
    """What kind of quantity: of the form of a segment, of the values under it, or of how they lie side by side."""

    SHAPE = "shape"
    INTENSITY = "intensity"
    TEXTURE = "texture"


class SegmentMeasurement(AppendOnlyModel):
    """What one segment of a finding measures on the original voxels, by which software, from which inputs."""

    finding_id = models.CharField(max_length=200)
    segment_sha256 = models.CharField(max_length=64, help_text="Of the segment's one JSON text.")
    series_instance_uid = models.CharField(max_length=64)
    pixels_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Over the decoded frames that hold a voxel of the segment, in order."
    )
    software = models.JSONField(help_text="Versions of the method and of its libraries.")
    discretisation = models.JSONField(null=True, help_text="Start and width of the grey levels of texture.")
    quantities = models.JSONField(default=list, help_text="[{family, name, value, unit, ibsi, reason}].")
    reason_code = models.CharField(max_length=60, blank=True, help_text="Set where nothing at all is measured.")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["created_at"]


class PredictionMeasurementJob(JobModel):
    """Measuring the segments of a prediction; it begins by itself when one arrives."""

    TASK_NAME: ClassVar[str] = "inference.measure"
    QUEUE: ClassVar[str] = "analysis"

    prediction = models.OneToOneField(Prediction, on_delete=models.PROTECT, related_name="measurement_job")


class PredictionMeasurement(SegmentMeasurement):
    """What a segment of a prediction measures."""

    SEAL = Seal()

    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, related_name="measurements")

    class Meta(SegmentMeasurement.Meta):
        constraints = [models.UniqueConstraint(fields=["prediction", "finding_id"], name="prediction_measurement_once")]


class ExplanationMethod(models.TextChoices):
    """How it is worked out where a score comes from."""

    GRAD_CAM = "GRAD_CAM"
    INTEGRATED_GRADIENTS = "INTEGRATED_GRADIENTS"


class ExplanationJob(JobModel):
    """Working out where the scores of some predictions of a version come from."""

    TASK_NAME: ClassVar[str] = "inference.explain"
    QUEUE: ClassVar[str] = "inference"

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="explanation_jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=20, choices=ExplanationMethod)
    output = models.CharField(max_length=100, help_text="Key of the output in the card.")
    output_name = models.CharField(max_length=200)
    parameters = models.JSONField(help_text="As asked: {layer} or {steps, baseline_hu}.")
    checks_weights = models.BooleanField(default=False)
    seed = models.PositiveIntegerField(default=0, help_text="Of the weights that the check draws.")

    class Meta:
        ordering = ["-created_at"]


class Explanation(AppendOnlyModel):
    """Where the score of a prediction comes from, as a map whose voxels are a file beside the heat maps."""

    SEAL = Seal()

    job = models.ForeignKey(ExplanationJob, on_delete=models.PROTECT, related_name="explanations")
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, related_name="explanations")
    method = models.CharField(max_length=20, choices=ExplanationMethod)
    output = models.CharField(max_length=100)
    output_name = models.CharField(max_length=200)
    parameters = models.JSONField(help_text="As done: {layer} or {steps, baseline_hu, baseline_input}.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over grid and voxels; names the file.")
    columns = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    slices = models.PositiveIntegerField()
    affine = models.JSONField(help_text="3 x 4: from (column, row, slice, 1) to patient millimetres, LPS+.")
    frame_of_reference_uid = models.CharField(max_length=64, blank=True)
    greatest = models.FloatField(help_text="Magnitude that the largest byte, 255, stands for.")
    facts = models.JSONField(help_text="{score} and of integrated gradients how far the attributions add up.")
    input_digest = models.CharField(max_length=64)
    software = models.JSONField(help_text="Versions of the method and of its libraries.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["job", "prediction"], name="explanation_once_per_job")]


class WeightsCheck(AppendOnlyModel):
    """Whether an explanation depends on the weights: the same with those of ever more layers redrawn."""

    SEAL = Seal()

    explanation = models.OneToOneField(Explanation, on_delete=models.PROTECT, related_name="weights_check")
    seed = models.PositiveIntegerField()
    number_of_layers = models.PositiveIntegerField()
    stages = models.JSONField(help_text="[{redrawn, layer, spearman, ssim, reason}], from the last layer to the first.")
    software = models.JSONField(help_text="Versions of the method and of its libraries.")


class ExplanationItem(UuidModel):
    """One prediction of a job that explains."""

    job = models.ForeignKey(ExplanationJob, on_delete=models.CASCADE, related_name="items")
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.PENDING)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["job", "prediction"], name="explanation_item_once_per_job")]


class InferenceItem(UuidModel):
    """One imaging study of a run."""

    run = models.ForeignKey(InferenceRun, on_delete=models.CASCADE, related_name="items")
    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.PENDING)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    is_refused = models.BooleanField(default=False, help_text="It lies outside the input specification.")
    checks = models.JSONField(default=list, help_text="Of the input: [{check, outcome, code, detail}].")
    prediction = models.ForeignKey(Prediction, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "imaging_study"], name="inference_item_once_per_run")]
