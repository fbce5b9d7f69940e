"""Which example images a form names, and whether the reader study has them."""

from typing import Any

from annotations.domain.problems import Problem
from annotations.models import ReaderStudy, SchemaImage


def image_problems(*, reader_study: ReaderStudy, questions: list[dict[str, Any]]) -> list[Problem]:
    """Name the questions of a well-formed schema whose example image the reader study does not have."""
    named = {
        f"questions[{index}]{place}.image": question["image"]
        for index, outer in enumerate(questions)
        for place, question in [
            ("", outer),
            *((f".attributes[{number}]", one) for number, one in enumerate(outer.get("attributes", []))),
        ]
        if question.get("image")
    }
    known = set(
        SchemaImage.objects.filter(reader_study=reader_study, sha256__in=named.values()).values_list(
            "sha256", flat=True
        )
    )
    return [
        Problem(field, "image_missing", "The reader study has no such image: upload it here, or take it away.")
        for field, digest in named.items()
        if digest not in known
    ]
