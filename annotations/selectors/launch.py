"""The launch check: what a reader study still lacks."""

from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from annotations.domain.ai_order import ORDER_WORDS
from annotations.domain.arbitration import arbitrators_of, readers_in_words
from annotations.domain.blinding import is_ever_shown
from annotations.domain.designs import KIND_NAMES, PAIRING_NAMES, number_of_reads
from annotations.domain.kinds import SECTION
from annotations.domain.lesions import geometries_of
from annotations.models import AiDisplay, Case, LabelSchema, ReaderStudy, ReferenceTruth
from annotations.selectors.ai_order import ai_order_now
from annotations.selectors.case_images import current_ids_of
from annotations.selectors.clinical_texts import newest_texts
from annotations.selectors.designs import calendar_problems_of, design_of, drawn_readers_of, fitting_problems_of
from annotations.selectors.masking import is_truth_masking
from annotations.selectors.reader_studies import cases_of, label_schema_of
from annotations.selectors.truth import reference_standard_of, truths_of
from portal.accounts.policy import Role
from portal.imaging.models import Series
from portal.inference.models import Prediction

Truths = Mapping[UUID, ReferenceTruth]


class CheckItem(TypedDict):
    """One line of the launch check."""

    code: str
    ok: bool
    blocking: bool
    text: str


class LaunchCheck(TypedDict):
    """What a reader study still lacks."""

    ready: bool
    items: list[CheckItem]


def launch_check(*, reader_study: ReaderStudy) -> LaunchCheck:
    """Say what is missing before the reader study can be launched."""
    cases = list(cases_of(reader_study=reader_study))
    readers = reader_study.memberships.filter(role=Role.READER).count()
    arbitrators = len(arbitrators_of(design_of(reader_study=reader_study)))
    schema = label_schema_of(reader_study=reader_study)
    asked = sum(question["kind"] != SECTION for question in schema.questions) if schema else 0
    items = [
        CheckItem(
            code="label_schema",
            ok=schema is not None,
            blocking=True,
            text=f"Label schema with {asked} question(s)." if schema else "Build the label schema.",
        ),
        CheckItem(
            code="cases",
            ok=bool(cases),
            blocking=True,
            text=f"{len(cases)} case(s)." if cases else "Choose the cases from the imaging studies.",
        ),
        CheckItem(
            code="readers",
            ok=readers > 0,
            blocking=True,
            text=readers_in_words(readers, arbitrators) if readers else "Add at least one reader.",
        ),
        *_image_items(cases),
        *_design_items(reader_study, cases),
        _ai_item(reader_study, cases),
        *_order_items(reader_study, cases),
        *_prior_items(reader_study, cases),
        *_clinical_text_items(reader_study, cases),
    ]
    if design_of(reader_study=reader_study)["kind"] != "ANNOTATION":
        items += [*_truth_items(reader_study, cases), _analysis_item(schema)]
    return {"ready": all(item["ok"] for item in items if item["blocking"]), "items": items}


def _design_items(reader_study: ReaderStudy, cases: list[Case]) -> list[CheckItem]:
    """Say whether the design can be drawn for these readers and cases, and whether training cases have a truth."""
    problems = [*fitting_problems_of(reader_study=reader_study), *calendar_problems_of(reader_study=reader_study)]
    items = [
        CheckItem(code="design", ok=False, blocking=one.code != "uneven", text=f"Design: {one.detail}")
        for one in problems
    ]
    design = design_of(reader_study=reader_study)
    readers = drawn_readers_of(reader_study=reader_study, design=design).count()
    reads = f"{number_of_reads(design, readers=readers, cases=len(cases))} read(s)"
    has_clusters = len({case.imaging_study.patient_id for case in cases}) < len(cases)
    if has_clusters and design["pairing"]["kind"] in ("SPLIT_PLOT", "PARTIALLY_PAIRED"):
        reads = f"about {reads}, because the cases of a patient stay together"
    if not problems:
        items = [CheckItem(code="design", ok=True, blocking=True, text=f"Design: {_named(design)}, {reads}.")]
    if len(design["arms"]) > 1 and all(arm["ai_display"] == AiDisplay.HIDDEN for arm in design["arms"]):
        text = "No arm shows the AI: the portal shows the same in both, and what they differ in lies outside it."
        items.append(CheckItem(code="arms", ok=False, blocking=False, text=text))
    if design["training"]:
        truths = {str(pk) for pk in truths_of(reader_study=reader_study)}
        missing = sum(pk not in truths for pk in design["training"])
        text = f"{missing} of {len(design['training'])} training case(s) lack the truth that readers see after signing."
        done = f"{len(design['training'])} training case(s), read first, with the truth after signing."
        items.append(CheckItem(code="training_truth", ok=not missing, blocking=True, text=text if missing else done))
    return items


def _image_items(cases: list[Case]) -> list[CheckItem]:
    """Say how many cases nobody can look at here; nothing where all have images."""
    without = sum(not case.imaging_study.number_of_instances for case in cases)
    text = f"{without} of {len(cases)} case(s) have no images: only reads from elsewhere can be brought in for them."
    return [CheckItem(code="images", ok=False, blocking=False, text=text)] if without else []


def _named(design: Mapping[str, Any]) -> str:
    """Name a design by its kind and, where not everybody reads every case, by who reads what."""
    pairing = PAIRING_NAMES.get(design["pairing"]["kind"])
    return f"{KIND_NAMES[design['kind']]}, {pairing}" if pairing else KIND_NAMES[design["kind"]]


def _ai_item(reader_study: ReaderStudy, cases: list[Case]) -> CheckItem:
    shown = reader_study.ai_display != AiDisplay.HIDDEN
    if reader_study.ai_model_version_id is None:
        return CheckItem(code="ai", ok=False, blocking=False, text="No AI model chosen: readers only, no comparison.")
    predicted = (
        Prediction.objects.filter(
            model_version=reader_study.ai_model_version_id,
            imaging_study__in=[c.imaging_study_id for c in cases],
        )
        .order_by()
        .values("imaging_study")
        .distinct()
        .count()
    )
    several = any(case.further_images.all() for case in cases)
    text = f"{predicted} of {len(cases)} case(s) have a prediction of the chosen AI model"
    text += ", which counts on their first imaging study." if several else "."
    return CheckItem(code="ai", ok=predicted == len(cases) > 0, blocking=shown, text=text)


def _order_items(reader_study: ReaderStudy, cases: list[Case]) -> list[CheckItem]:
    """Say which worklists the AI orders, and how many cases it cannot place; nothing where all orders are drawn."""
    order = ai_order_now(reader_study=reader_study, design=design_of(reader_study=reader_study), cases=cases)
    if order is None:
        return []
    arms = "; ".join(f"arm {key}: {ORDER_WORDS[by]}" for key, by in sorted(order.arms.items()))
    missing = sum(one["prediction_id"] is None for one in order.cases)
    text = f"Worklists in the AI's order ({arms}), fixed at the launch by the predictions of then."
    if missing:
        text += f" {missing} of {len(order.cases)} case(s) have no prediction and come last."
    return [CheckItem(code="worklist_order", ok=not missing, blocking=False, text=text)]


def _prior_items(reader_study: ReaderStudy, cases: list[Case]) -> list[CheckItem]:
    """Say how many cases have priors; nothing where no case has any and none are shown."""
    with_priors = sum(bool(case.priors.all()) for case in cases)
    if not with_priors and not reader_study.shows_priors:
        return []
    said = f"{with_priors} of {len(cases)} case(s) have priors. "
    text = said + ("Readers see them." if reader_study.shows_priors else "The hanging protocol hides them.")
    return [CheckItem(code="priors", ok=bool(with_priors) and reader_study.shows_priors, blocking=False, text=text)]


def _clinical_text_items(reader_study: ReaderStudy, cases: list[Case]) -> list[CheckItem]:
    """Say how many cases have a clinical text and whether anybody sees it; nothing where there is none."""
    newest = newest_texts(cases=[case.pk for case in cases])
    with_text = sum(bool(text.text) for text in newest.values())
    if not with_text:
        return []
    arms = design_of(reader_study=reader_study)["arms"]
    showing = [arm["key"] for arm in arms if is_ever_shown("clinical_text", arm["blinding"])]
    seen = f"Arm(s) {', '.join(showing)} show it." if showing else "The blinding hides it in every arm."
    text = f"{with_text} of {len(cases)} case(s) have a clinical text. {seen}"
    return [CheckItem(code="clinical_text", ok=bool(showing), blocking=False, text=text)]


def _truth_items(reader_study: ReaderStudy, cases: list[Case]) -> list[CheckItem]:
    """Say how many cases have a truth, and where it strays; of a masked one that it is there."""
    if is_truth_masking(standard=reference_standard_of(reader_study=reader_study)):
        text = "There is a reference standard; what it says is masked until the reader study is locked."
        return [CheckItem(code="reference_standard", ok=True, blocking=False, text=text)]
    truths = truths_of(reader_study=reader_study)
    return [_truth_item(truths, cases), *_strayed_items(truths, cases)]


def _truth_item(truths: Truths, cases: list[Case]) -> CheckItem:
    known = sum(case.pk in truths for case in cases)
    text = f"{known} of {len(cases)} case(s) have a reference standard. It can follow later; the analysis needs it."
    return CheckItem(code="reference_standard", ok=known == len(cases) > 0, blocking=False, text=text)


def _strayed_items(truths: Truths, cases: list[Case]) -> list[CheckItem]:
    """Name the cases with a lesion of the truth on images that are not read as the case: they were when it came."""
    named = {case: _series_named(truths[case.pk].lesions) for case in cases if case.pk in truths}
    known = Series.objects.filter(series_instance_uid__in=set().union(*named.values()))
    study_of = dict(known.values_list("series_instance_uid", "imaging_study_id"))
    strayed = [
        case.name
        for case, current in zip(named, current_ids_of(list(named)), strict=True)
        if any(study_of.get(uid) not in current for uid in named[case])
    ]
    if not strayed:
        return []
    text = f"Lesions of the reference standard lie on imaging studies that their case does not have: {strayed[0]}"
    text += f" and {len(strayed) - 1} more." if strayed[1:] else "."
    return [CheckItem(code="reference_images", ok=False, blocking=False, text=text)]


def _series_named(lesions: list[dict[str, Any]]) -> set[str]:
    named = {one.get("series_instance_uid") for lesion in lesions for one in geometries_of(lesion)}
    return {uid for uid in named if uid}


def _analysis_item(schema: LabelSchema | None) -> CheckItem:
    roles = {question.get("role") for question in schema.questions} if schema else set()
    # By the names that the form builder gives them.
    parts = {"CALL": "decision", "RATING": "rating"}
    missing = [part for role, part in parts.items() if role not in roles]
    text = (
        "The form has a decision and a rating."
        if not missing
        else f"No question is the {' or the '.join(missing)}: the analysis will leave out what needs it."
    )
    return CheckItem(code="analysis_roles", ok=not missing, blocking=False, text=text)
