"""The protocol of a reader study as it stands, and its frozen versions."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from annotations.domain.arbitration import arbitrators_of, readers_in_words
from annotations.domain.designs import Design
from annotations.domain.protocol import (
    DISPLAY_WORDS,
    PROTOCOL_FORMAT,
    PROTOCOL_VERSION,
    Section,
    Table,
    blinding_section,
    design_section,
    sample_size_section,
    schema_section,
    section,
    table,
)
from annotations.models import (
    Assignment,
    Case,
    CasePrior,
    Membership,
    ProtocolVersion,
    ReaderStudy,
    SampleSizePlan,
)
from annotations.selectors.ai_order import ai_order_of
from annotations.selectors.case_images import imaging_studies_of
from annotations.selectors.clinical_texts import clinical_text_section
from annotations.selectors.designs import design_of, late_usernames, launch_list
from annotations.selectors.hanging import hanging_protocol_of
from annotations.selectors.masking import is_made_of_answers, is_masking, is_truth_masking
from annotations.selectors.reader_studies import cases_of, label_schema_of, randomisation_lists_of
from annotations.selectors.sampling import sampling_sections
from annotations.selectors.terms import terms_of
from annotations.selectors.truth import reference_standard_of, reference_standards_of, truths_of
from annotations.selectors.vacancies import replacements_of
from portal.accounts.policy import Role
from portal.audit.services import canonical_json
from portal.moments import utc_words

# In place of a number that tells what readers answered.
MASKED = "masked"
SEVERAL_SENTENCE = (
    "{} of them have several imaging studies that are read together; the AI's score of a case is that of its first."
)


def protocol_versions_of(*, reader_study: ReaderStudy) -> QuerySet[ProtocolVersion]:
    """Return the frozen versions, newest first, with their approvals."""
    found: QuerySet[ProtocolVersion] = ProtocolVersion.objects.filter(reader_study=reader_study)
    return found.select_related("created_by").prefetch_related("approvals").order_by("-number")


def newest_protocol_of(*, reader_study: ReaderStudy) -> ProtocolVersion | None:
    """Return the newest frozen version; None before the launch."""
    return protocol_versions_of(reader_study=reader_study).first()


def protocol_document(*, reader_study: ReaderStudy) -> dict[str, Any]:
    """Say what the protocol is now, in words; the same state gives the same document."""
    design = design_of(reader_study=reader_study)
    schema = label_schema_of(reader_study=reader_study)
    cases = list(cases_of(reader_study=reader_study).order_by("position", "pk"))
    return {
        "format": PROTOCOL_FORMAT,
        "version": PROTOCOL_VERSION,
        "reader_study_id": str(reader_study.pk),
        "title": reader_study.name,
        "sections": [
            _summary(reader_study),
            design_section(design),
            schema_section(schema.version if schema else None, schema.questions if schema else []),
            blinding_section(design),
            _cases(reader_study, design, cases),
            *sampling_sections(reader_study=reader_study),
            *clinical_text_section(reader_study=reader_study),
            _readers(reader_study),
            _randomisation(reader_study),
            _hanging(reader_study),
            _ai(reader_study),
            _truth(reader_study),
            sample_size_section(_sample_size(reader_study)),
            _terms(reader_study),
            _analysis(reader_study),
        ],
    }


def protocol_text(*, reader_study: ReaderStudy) -> str:
    """Return the document as the canonical JSON that is frozen and digested."""
    return canonical_json(protocol_document(reader_study=reader_study))


def _summary(reader_study: ReaderStudy) -> Section:
    launched = reader_study.launched_at
    said = f"Launched {utc_words(launched)}." if launched else "Not launched: this is a draft."
    return section("summary", "Summary", reader_study.description, said)


def _cases(reader_study: ReaderStudy, design: Design, cases: list[Case]) -> Section:
    truths = truths_of(reader_study=reader_study)
    is_masked = is_truth_masking(standard=reference_standard_of(reader_study=reader_study))
    strata: Counter[tuple[str, str]] = Counter()
    positive: Counter[tuple[str, str]] = Counter()
    known: Counter[tuple[str, str]] = Counter()
    for case in cases:
        key = (" ".join(case.imaging_study.modalities), case.imaging_study.body_part)
        truth = truths.get(case.pk)
        strata[key] += 1
        known[key] += truth is not None
        positive[key] += truth is not None and truth.truth == 1
    rows = [
        [
            *key,
            number,
            *([MASKED] * 3 if is_masked else [positive[key], known[key] - positive[key], number - known[key]]),
        ]
        for key, number in sorted(strata.items())
    ]
    patients = len({case.imaging_study.patient_id for case in cases})
    withdrawn = [[case.name, _reason(reader_study, case=case)] for case in cases if case.withdrawn_at]
    together = _read_together(cases)
    tables = [
        table("Strata", ["Modality", "Body part", "Cases", "Diseased", "Not diseased", "Without a truth"], rows),
        table("Imaging studies read together", ["Case", "Imaging studies", "Modalities"], together),
        table("Withdrawn cases", ["Case", "Reason"], withdrawn),
    ]
    return section(
        "cases",
        "Cases",
        f"{len(cases)} case(s) of {patients} patient(s); {len(design['training'])} of them for training.",
        # Said only where it is so: protocols without such cases read as they did before there were any.
        *([SEVERAL_SENTENCE.format(len(together))] if together else []),
        tables=[one for one in tables if one["rows"]],
    )


def _read_together(cases: list[Case]) -> list[list[Any]]:
    """Return a row for each case with several current imaging studies."""
    studies = [(case.name, imaging_studies_of(case)) for case in cases]
    return [
        [name, len(current), ", ".join(" ".join(study.modalities) for study in current)]
        for name, current in studies
        if len(current) > 1
    ]


def _reason(reader_study: ReaderStudy, **whose: Any) -> str:
    """Return why assignments were withdrawn."""
    void = Assignment.objects.filter(reader_study=reader_study, voided_at__isnull=False, **whose)
    return str(void.order_by("voided_at").values_list("void_reason", flat=True).first() or "")


def _readers(reader_study: ReaderStudy) -> Section:
    own = Membership.objects.filter(reader_study=reader_study, role=Role.READER)
    rows = [
        [
            one.user.username,
            one.user.name,
            one.starts_on,
            one.ends_on,
            one.withdrawn_reason,
        ]
        for one in own.select_related("user").order_by("user__username")
    ]
    header = ["Reader", "Name", "First day", "Last day", "Withdrawn because"]
    arbitrators = len(arbitrators_of(design_of(reader_study=reader_study)))
    tables = [table("Readers", header, rows), *_replacements(reader_study)]
    return section("readers", "Readers", readers_in_words(len(rows), arbitrators), tables=tables)


def _replacements(reader_study: ReaderStudy) -> list[Table]:
    rows = [
        [one.withdrawn.username, one.reader.username if one.reader else "the arbitrators", len(one.cases), one.reason]
        for one in replacements_of(reader_study=reader_study)
    ]
    return [table("Places of withdrawn readers", ["Of", "Read by", "Cases", "Because"], rows)] if rows else []


def _randomisation(reader_study: ReaderStudy) -> Section:
    lists = list(randomisation_lists_of(reader_study=reader_study))
    drawn, late = launch_list(lists), late_usernames(lists)
    if drawn is None:
        return section("randomisation", "Randomisation", "The lists are drawn once, at the launch.")
    return section(
        "randomisation",
        "Randomisation",
        f"Drawn once at the launch; algorithm {drawn.algorithm}, seed {drawn.seed}. The lists are stored, and can be "
        "drawn again from the seed.",
        *([f"Joined after the launch, in this order: {', '.join(late)}."] if late else []),
        *_ordered_by_ai(reader_study),
    )


def _ordered_by_ai(reader_study: ReaderStudy) -> list[str]:
    """Say by which predictions worklists were ordered; nothing where all orders are drawn."""
    order = ai_order_of(reader_study=reader_study)
    if order is None:
        return []
    predicted = sum(one["prediction_id"] is not None for one in order.cases)
    version = order.model_version
    return [
        f"Arm(s) {', '.join(sorted(order.arms))}: ordered at the launch by {predicted} prediction(s) of "
        f"{version.ai_model.name} {version.version} (operating point {order.operating_threshold}) on "
        f"{len(order.cases)} case(s). Their identifiers and scores are stored with the lists."
    ]


def _hanging(reader_study: ReaderStudy) -> Section:
    stored = hanging_protocol_of(reader_study=reader_study)
    rules = f"Version {stored.version} with {len(stored.rules)} rule(s)" if stored else "No rules of its own"
    priors = CasePrior.objects.filter(case__reader_study=reader_study, case__removed_at=None).count()
    shown = "shown" if reader_study.shows_priors else "not shown"
    marks = "are" if reader_study.shows_prior_marks else "are not"
    return section(
        "hanging",
        "Hanging",
        f"{rules}; the built-in rules follow.",
        f"{priors} prior(s) are chosen; they are {shown} to readers, whose own marks on them {marks} shown.",
    )


def _ai(reader_study: ReaderStudy) -> Section:
    version = reader_study.ai_model_version
    if version is None:
        return section("ai", "AI", "The reader study has no AI.")
    decisions = "have to be" if reader_study.ai_decisions_required else "need not be"
    rows = [[version.ai_model.name, version.version, version.operating_threshold, version.weights_digest]]
    return section(
        "ai",
        "AI",
        f"Readers: {DISPLAY_WORDS[reader_study.ai_display]}. Its findings {decisions} decided before signing.",
        tables=[table("Model", ["Model", "Version", "Operating point", "SHA-256 of the weights"], rows)],
    )


def _truth(reader_study: ReaderStudy) -> Section:
    versions: QuerySet[Any] = reference_standards_of(reader_study=reader_study)
    masks = is_masking(reader_study=reader_study)
    rows = [
        [
            one.version,
            one.source,
            one.provenance,
            json.dumps(one.rule, sort_keys=True) if one.rule else "",
            *(
                [MASKED] * 3
                if masks and is_made_of_answers(one)
                else [one.number_positive, one.number_negative, one.number_excluded]
            ),
            utc_words(one.lock.created_at) if hasattr(one, "lock") else "",
            one.lock.reason if hasattr(one, "lock") else "",
        ]
        for one in versions
    ]
    if not rows:
        return section("truth", "Reference standard", "There is none yet.")
    header = ["Version", "From", "Provenance", "Rule", "Diseased", "Not", "Excluded", "Locked", "Reason"]
    return section("truth", "Reference standard", tables=[table("Versions", header, rows)])


def _sample_size(reader_study: ReaderStudy) -> dict[str, Any] | None:
    newest = (
        SampleSizePlan.objects.filter(reader_study=reader_study)
        .select_related("created_by")
        .order_by("-number")
        .first()
    )
    if newest is None:
        return None
    return {
        "number": newest.number,
        "created_by": newest.created_by.username,
        "digest": newest.digest,
        "document": json.loads(newest.content),
    }


def _terms(reader_study: ReaderStudy) -> Section:
    terms = terms_of(reader_study=reader_study)
    if terms is None or terms.text == "":
        return section("terms", "Terms", "Readers are asked to accept nothing.")
    return section("terms", "Terms", f"Version {terms.version}.", terms.text)


def _analysis(reader_study: ReaderStudy) -> Section:
    """What the analysis plan says; the app of plans stands above this one and is named by a setting."""
    sentences: Callable[..., list[str]] = import_string(settings.OVERREAD_PROTOCOL_ANALYSIS)
    return section("analysis", "Analysis", *sentences(reader_study=reader_study))
