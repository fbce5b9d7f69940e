"""What the builder of a reader study's form draws on: lists of codes, and example images."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal, UuidModel


class CodeList(UuidModel):
    """Codes from a file that the form builder offers, in one reader study or, without one, on the whole site."""

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", null=True, on_delete=models.CASCADE, related_name="code_lists"
    )
    name = models.CharField(max_length=200)
    number_of_codes = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


class CodeEntry(models.Model):
    """One code of a list, at its place in the file."""

    code_list = models.ForeignKey(CodeList, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    scheme = models.CharField(max_length=16)
    value = models.CharField(max_length=100)
    meaning = models.CharField(max_length=200)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"


class SchemaImage(AppendOnlyModel):
    """An example image of a question, written anew by the portal (`annotations.services.schema_images`)."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="schema_images")
    sha256 = models.CharField(max_length=64, help_text="Of the content.")
    columns = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    content = models.BinaryField(help_text="PNG.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader_study", "sha256"], name="schema_image_once")]
