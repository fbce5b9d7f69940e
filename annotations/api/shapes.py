"""JSON shapes of reader studies, in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.domain.blinding import SIGNED, is_shown
from annotations.models import AiDisplay, Case, Membership, ReaderStudy, ReferenceStandard
from portal.accounts.policy import Role
from portal.visible_text import require_one_visible_line


class AiModelVersionOutput(serializers.Serializer[Any]):
    """The AI model version of a reader study."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="ai_model.name")
    version = serializers.CharField()


class ReaderStudyOutput(serializers.ModelSerializer[ReaderStudy]):
    """A reader study as its members see it. `counts` comes from the context; readers see their own only."""

    my_roles = serializers.SerializerMethodField()
    ai_model_version = serializers.SerializerMethodField()
    ai_display = serializers.ChoiceField(choices=AiDisplay.choices, read_only=True)
    number_of_cases = serializers.SerializerMethodField()
    number_of_readers = serializers.SerializerMethodField()
    number_of_assignments = serializers.SerializerMethodField()
    number_signed = serializers.SerializerMethodField()
    my_assignments = serializers.SerializerMethodField()
    my_signed = serializers.SerializerMethodField()

    class Meta:
        model = ReaderStudy
        fields = [
            "id",
            "name",
            "description",
            "state",
            "my_roles",
            "ai_model_version",
            "ai_display",
            "ai_decisions_required",
            "number_of_cases",
            "number_of_readers",
            "number_of_assignments",
            "number_signed",
            "my_assignments",
            "my_signed",
            "is_demo",
            "created_at",
            "launched_at",
            "closed_at",
        ]

    def _manages(self, reader_study: ReaderStudy) -> bool:
        return self.context["user"].is_superuser or Role.COORDINATOR in self.get_my_roles(reader_study)

    def _count(self, reader_study: ReaderStudy, name: str, *, managers_only: bool = False) -> int | None:
        if managers_only and not self._manages(reader_study):
            return None
        count: int = self.context["counts"][reader_study.pk][name]
        return count

    def get_my_roles(self, reader_study: ReaderStudy) -> list[str]:
        """Return the caller's roles."""
        user = self.context["user"]
        members = getattr(reader_study, "own_memberships", None)
        if members is None:
            members = reader_study.memberships.filter(user=user)
        roles = sorted(member.role for member in members)
        return [*roles, Role.SITE_ADMINISTRATOR.value] if user.is_superuser else roles

    def get_ai_model_version(self, reader_study: ReaderStudy) -> dict[str, Any] | None:
        """Return the AI, which blinded members do not learn from here."""
        if reader_study.ai_model_version is None or not self._manages(reader_study):
            return None
        return dict(AiModelVersionOutput(reader_study.ai_model_version).data)

    def get_number_of_cases(self, reader_study: ReaderStudy) -> int | None:
        """Return how many cases there are; a reader who meets cases again must not learn of it by counting."""
        comes_again = any(not is_shown("own_past_reads", arm.blinding, SIGNED) for arm in reader_study.arms.all())
        is_told = self._manages(reader_study) or not comes_again
        return self._count(reader_study, "number_of_cases" if is_told else "my_assignments")

    def get_number_of_readers(self, reader_study: ReaderStudy) -> int | None:
        """Return how many readers there are; null for those who do not manage."""
        return self._count(reader_study, "number_of_readers", managers_only=True)

    def get_number_of_assignments(self, reader_study: ReaderStudy) -> int | None:
        """Return how many assignments all readers have; null for those who do not manage."""
        return self._count(reader_study, "number_of_assignments", managers_only=True)

    def get_number_signed(self, reader_study: ReaderStudy) -> int | None:
        """Return how many reads of all readers are signed; null for those who do not manage."""
        return self._count(reader_study, "number_signed", managers_only=True)

    def get_my_assignments(self, reader_study: ReaderStudy) -> int | None:
        """Return how many assignments the caller has."""
        return self._count(reader_study, "my_assignments")

    def get_my_signed(self, reader_study: ReaderStudy) -> int | None:
        """Return how many reads the caller has signed."""
        return self._count(reader_study, "my_signed")


class LabelSchemaOutput(serializers.Serializer[Any]):
    """A version of the form."""

    version = serializers.IntegerField()
    questions = serializers.ListField(child=serializers.DictField())


class ReaderStudyDetailOutput(ReaderStudyOutput):
    """A reader study with its label schema."""

    label_schema = serializers.SerializerMethodField()

    class Meta(ReaderStudyOutput.Meta):
        fields = [*ReaderStudyOutput.Meta.fields, "label_schema"]

    def get_label_schema(self, reader_study: ReaderStudy) -> dict[str, Any] | None:
        """Return the newest label schema, if there is one."""
        schema = self.context["label_schema"]
        return dict(LabelSchemaOutput(schema).data) if schema else None


class ReaderStudyInput(serializers.Serializer[Any]):
    """A new reader study."""

    name = serializers.CharField(max_length=120, validators=[require_one_visible_line])
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=10_000)


class ReaderStudyPatch(serializers.Serializer[Any]):
    """Changes to a draft."""

    name = serializers.CharField(max_length=120, required=False, validators=[require_one_visible_line])
    description = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    ai_model_version_id = serializers.UUIDField(required=False, allow_null=True)
    ai_display = serializers.ChoiceField(choices=AiDisplay.choices, required=False)
    ai_decisions_required = serializers.BooleanField(required=False)


class LabelSchemaInput(serializers.Serializer[Any]):
    """A label schema; its rules are in `annotations.domain.schema`."""

    questions = serializers.JSONField()
    base_version = serializers.IntegerField(required=False, min_value=0)
    reason = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=1000,
        help_text="Needed in a pilot: it is an amendment.",
    )


MAXIMUM_CASES = 100_000


class CaseImagesInput(serializers.Serializer[Any]):
    """The current imaging studies of a case, read together; the first one names the case."""

    imaging_study_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)


@extend_schema_field(
    {
        "type": "array",
        "nullable": True,
        "maxItems": MAXIMUM_CASES,
        "items": {
            "oneOf": [
                {"type": "string", "format": "uuid"},
                {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1},
            ]
        },
    }
)
class CasesBaseField(serializers.ListField):
    """By case the ids of its imaging studies; an id alone is that of a case with one."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return a list of lists."""
        together = isinstance(data, list) and [one if isinstance(one, list) else [one] for one in data]
        return list(super().to_internal_value(together if together is not False else data))


class CasesInput(serializers.Serializer[Any]):
    """The cases in order; `base` is the same of the cases from which the list was made.

    `imaging_study_ids` in place of `cases`: each of them is a case of its own.
    """

    cases: Any = serializers.ListSerializer(child=CaseImagesInput(), required=False, max_length=MAXIMUM_CASES)
    imaging_study_ids = serializers.ListField(child=serializers.UUIDField(), max_length=MAXIMUM_CASES, required=False)
    base = CasesBaseField(
        child=serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100),
        max_length=MAXIMUM_CASES,
        required=False,
        allow_null=True,
        default=None,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the cases by their imaging studies, whichever way they were sent."""
        if ("cases" in attrs) == ("imaging_study_ids" in attrs):
            raise serializers.ValidationError({"cases": "Send either `cases` or `imaging_study_ids`."})
        if "cases" in attrs:
            cases = [one["imaging_study_ids"] for one in attrs["cases"]]
        else:
            cases = [[pk] for pk in dict.fromkeys(attrs["imaging_study_ids"])]
        return {"cases": cases, "base": attrs["base"]}


class CaseImagingStudyOutput(serializers.Serializer[Any]):
    """What a list of cases shows of an imaging study."""

    id = serializers.UUIDField()
    study_instance_uid = serializers.CharField()
    patient_key = serializers.CharField(source="patient.patient_key")
    study_date = serializers.DateField()
    study_description = serializers.CharField()
    modalities = serializers.ListField(child=serializers.CharField())
    number_of_instances = serializers.IntegerField()
    is_synthetic = serializers.BooleanField()


class CaseOutput(serializers.ModelSerializer[Case]):
    """A case with its truth, for coordinators."""

    imaging_study = CaseImagingStudyOutput()
    further_imaging_studies = CaseImagingStudyOutput(many=True)
    truth = serializers.SerializerMethodField()
    number_of_priors = serializers.SerializerMethodField()
    number_signed = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "id",
            "name",
            "position",
            "imaging_study",
            "further_imaging_studies",
            "truth",
            "number_of_priors",
            "number_signed",
            "withdrawn_at",
        ]

    def get_number_signed(self, case: Case) -> int:
        """Count the reads of it that have been signed, withdrawn ones too."""
        count: int = self.context["signed"].get(case.pk, 0)
        return count

    def get_number_of_priors(self, case: Case) -> int:
        """Count the priors beside the case."""
        return len(case.priors.all())

    def get_truth(self, case: Case) -> int | None:
        """Return 1, 0 or null when there is no truth yet."""
        truth = self.context["truths"].get(case.pk)
        return truth.truth if truth else None


class MemberOutput(serializers.ModelSerializer[Membership]):
    """A member."""

    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")

    class Meta:
        model = Membership
        fields = ["user_id", "username", "name", "role"]


class MemberInput(serializers.Serializer[Any]):
    """A member to be."""

    user_id = serializers.UUIDField()
    role = serializers.ChoiceField(
        choices=[r.value for r in (Role.COORDINATOR, Role.READER, Role.ADJUDICATOR, Role.API_CLIENT)]
    )


class MembersInput(serializers.Serializer[Any]):
    """All members; `base` are those from which the list was made, so that nobody who joined meanwhile is dropped."""

    members = MemberInput(many=True)
    base = MemberInput(many=True, required=False, allow_null=True, default=None)


class ReferenceStandardOutput(serializers.ModelSerializer[ReferenceStandard]):
    """A version of the reference standard, counted."""

    digest = serializers.SerializerMethodField()
    number_positive = serializers.SerializerMethodField()
    number_negative = serializers.SerializerMethodField()
    is_masked = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()

    class Meta:
        model = ReferenceStandard
        fields = [
            "version",
            "source",
            "provenance",
            "digest",
            "created_at",
            "number_positive",
            "number_negative",
            "is_masked",
            "missing",
        ]

    def get_is_masked(self, standard: ReferenceStandard) -> bool:
        """Say whether it was made of answers that the caller does not see yet."""
        return bool(self.context["is_masked"])

    def get_digest(self, standard: ReferenceStandard) -> str:
        """Return it; empty while masked, for one could try all truths of a few cases."""
        return "" if self.context["is_masked"] else standard.digest

    def _truths(self) -> list[int]:
        cases = self.context["cases"]
        return [self.context["truths"][case.pk].truth for case in cases if case.pk in self.context["truths"]]

    def get_number_positive(self, standard: ReferenceStandard) -> int | None:
        """Count the diseased cases; null while masked."""
        return None if self.context["is_masked"] else sum(self._truths())

    def get_number_negative(self, standard: ReferenceStandard) -> int | None:
        """Count the cases without disease; null while masked."""
        truths = self._truths()
        return None if self.context["is_masked"] else len(truths) - sum(truths)

    def get_missing(self, standard: ReferenceStandard) -> list[str]:
        """Name the cases without a truth; none while masked, for on these the readers are undecided."""
        if self.context["is_masked"]:
            return []
        return [case.name for case in self.context["cases"] if case.pk not in self.context["truths"]]


class ReferenceUploadOutput(ReferenceStandardOutput):
    """The version that an upload made, or that says the same already."""

    is_repeat = serializers.BooleanField(help_text="It was there before: the upload says the same.")

    class Meta(ReferenceStandardOutput.Meta):
        fields = [*ReferenceStandardOutput.Meta.fields, "is_repeat"]


class CheckItemOutput(serializers.Serializer[Any]):
    """One line of the launch check."""

    code = serializers.CharField()
    ok = serializers.BooleanField()
    blocking = serializers.BooleanField()
    text = serializers.CharField()


class LaunchCheckOutput(serializers.Serializer[Any]):
    """What is missing before launch."""

    ready = serializers.BooleanField()
    items = CheckItemOutput(many=True)


class LaunchInput(serializers.Serializer[Any]):
    """Launch options."""

    seed = serializers.RegexField(r"^[\w.:-]{1,64}$", required=False)
    as_pilot = serializers.BooleanField(default=False)


class AnswerShownOutput(serializers.Serializer[Any]):
    """An answer in words."""

    question = serializers.CharField()
    answer = serializers.CharField()
