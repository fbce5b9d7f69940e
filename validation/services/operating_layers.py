"""Fitting operating layers on the cases of a reader study, and checking them on those of another."""

from importlib.metadata import version as version_of
from typing import Any, NamedTuple

from django.db import transaction

from annotations.models import ReaderStudy, ReferenceStandard
from annotations.selectors.truth import standard_to_analyse
from annotations.services.drafts import stream_of
from portal.accounts.models import User
from portal.audit.services import canonical_json, record, sha256
from portal.errors import Conflict, FieldProblem, Invalid
from portal.inference.models import ModelVersion, OperatingLayer
from portal.inference.operating_layers import LayerMade, LayerWords, operating_layer_create
from validation.canonical import canonical_result
from validation.models import EvidenceKind, LayerEvidence
from validation.operating_layers import Asked, Fitted, check_layer, fit_layer
from validation.selectors.layer_sets import patients_fitted_on, set_content
from validation.selectors.looks import LAYER_LOOK, is_interim
from validation.services import software
from validation.stats.results import Reason, Undefined

# What is computed while a request waits; a set of this size takes one or two seconds.
MOST_CASES = 20_000
# What another method may be able to fit.
_OF_METHOD = frozenset({Reason.EXTREME_PROBABILITY, Reason.SEPARATION})


class FrozenSet(NamedTuple):
    """A set of cases: its document, text and digest, and the version of the truth in it."""

    reader_study: ReaderStudy
    standard: ReferenceStandard
    content: dict[str, Any]
    text: str
    digest: str


class Preview(NamedTuple):
    """What a layer would be; `digest` is asked for when it is stored, so that nothing else is."""

    found: FrozenSet
    fitted: Fitted
    figures: str
    digest: str


def set_freeze(
    *, model_version: ModelVersion, reader_study: ReaderStudy, version: int | None, layer: OperatingLayer | None = None
) -> FrozenSet:
    """Freeze the cases of a reader study; 409 unless its truth is locked. Those that `layer` was fitted on are out."""
    standard = standard_to_analyse(reader_study=reader_study, version=version)
    content = set_content(
        model_version=model_version,
        reader_study=reader_study,
        reference_standard=standard,
        not_patients=patients_fitted_on(layer=layer) if layer else (),
    )
    if len(content["cases"]) > MOST_CASES:
        detail = f"The reader study has {len(content['cases'])} such cases; {MOST_CASES} are taken at most."
        raise _refused("reader_study_id", "too-many-cases", detail)
    text = canonical_json(content)
    return FrozenSet(reader_study, standard, content, text, sha256(text))


@transaction.atomic
def layer_preview(
    *, by: User, model_version: ModelVersion, reader_study: ReaderStudy, version: int | None, asked: Asked
) -> Preview:
    """Fit a layer and store nothing but that somebody looked; raises `Invalid` where there is none to fit."""
    found = set_freeze(model_version=model_version, reader_study=reader_study, version=version)
    preview = _preview(found, asked)
    _looked(by, found, model_version)
    return preview


@transaction.atomic
def layer_create(
    *,
    by: User,
    model_version: ModelVersion,
    reader_study: ReaderStudy,
    version: int | None,
    asked: Asked,
    words: LayerWords,
    digest: str,
) -> tuple[OperatingLayer, bool]:
    """Store the layer that a preview showed; 409 `stale_preview` where the same would not come out any more.

    Returns the layer and whether it is new: one that is there already is not stored again.
    """
    found = set_freeze(model_version=model_version, reader_study=reader_study, version=version)
    preview = _preview(found, asked)
    if preview.digest != digest:
        raise Conflict(
            "This is not what the preview showed: cases, predictions, truth or software have changed. Look again.",
            code="stale_preview",
        )
    fitted = preview.fitted
    made = LayerMade(fitted.rule, fitted.operating_threshold, found.digest, _software())
    layer, is_new = operating_layer_create(by=by, model_version_id=model_version.pk, words=words, made=made)
    if is_new:
        _looked(by, found, model_version)
        evidence_keep(by=by, layer=layer, found=found, figures=preview.figures, reason="")
    return layer, is_new


@transaction.atomic
def layer_validate(
    *, by: User, layer: OperatingLayer, reader_study: ReaderStudy, version: int | None, reason: str
) -> tuple[LayerEvidence, bool]:
    """Check a layer on cases of patients that it was not fitted on, and keep what came out, whatever it is.

    Returns the evidence and whether it is new: the same set again stores nothing.
    """
    # One writer at a time per layer, so that two at once get two numbers.
    layer = OperatingLayer.objects.select_for_update(of=("self",)).select_related("model_version").get(pk=layer.pk)
    found = set_freeze(model_version=layer.model_version, reader_study=reader_study, version=version, layer=layer)
    known = LayerEvidence.objects.filter(layer=layer, kind=EvidenceKind.VALIDATION, digest=found.digest).first()
    if known is not None:
        return known, False
    if not found.content["cases"]:
        detail = "No case is left: the layer was fitted on these patients, or none has a truth and a prediction."
        raise _refused("reader_study_id", Reason.NO_CASES.value, detail)
    figures = check_layer(
        found.content, digest=found.digest, rule=layer.rule, operating_threshold=layer.operating_threshold
    )
    _looked(by, found, layer.model_version)
    return evidence_keep(by=by, layer=layer, found=found, figures=canonical_result(figures), reason=reason), True


def evidence_keep(*, by: User, layer: OperatingLayer, found: FrozenSet, figures: str, reason: str) -> LayerEvidence:
    """Store a set and its figures: the first of a layer is that of its fit."""
    newest = LayerEvidence.objects.filter(layer=layer).order_by("-number").first()
    evidence = LayerEvidence.objects.create(
        layer=layer,
        number=0 if newest is None else newest.number + 1,
        kind=EvidenceKind.FIT if newest is None else EvidenceKind.VALIDATION,
        reason=reason,
        reader_study=found.reader_study,
        reference_standard=found.standard,
        content=found.text,
        digest=found.digest,
        figures=figures,
        figures_digest=sha256(figures),
        software=_software(),
        created_by=by,
    )
    record(
        stream=stream_of(found.reader_study.pk),
        actor=by,
        action="operating_layer.fit" if newest is None else "operating_layer.validate",
        obj=evidence,
        detail={
            "model_version": str(layer.model_version_id),
            "layer": layer.number,
            "set_digest": found.digest,
            "figures_digest": evidence.figures_digest,
            "reference_standard_version": found.standard.version,
        },
        rows=[evidence],
    )
    return evidence


def _software() -> dict[str, str]:
    """Name what the parameters and figures depend on: of other analyses scikit-learn, which fits, is no part."""
    return {**software(), "scikit-learn": version_of("scikit-learn")}


def _preview(found: FrozenSet, asked: Asked) -> Preview:
    fitted = fit_layer(found.content, digest=found.digest, asked=asked)
    if isinstance(fitted, Undefined):
        field = "method" if fitted.reason in _OF_METHOD else "reader_study_id"
        raise _refused(field, fitted.reason.value, fitted.detail)
    figures = canonical_result(fitted.figures)
    rule = {"method": asked.method, "parameters": fitted.rule.parameters, "shift": fitted.rule.shift}
    rest = {"set": found.digest, "threshold": fitted.operating_threshold, "figures": sha256(figures)}
    return Preview(found, fitted, figures, sha256(canonical_result(rule | rest | {"software": _software()})))


def _looked(by: User, found: FrozenSet, model_version: ModelVersion) -> None:
    """Keep that somebody saw how the AI does in these cases: before the reading is closed that is a look."""
    record(
        stream=stream_of(found.reader_study.pk),
        actor=by,
        action=LAYER_LOOK,
        obj=found.reader_study,
        detail={
            "model_version": str(model_version.pk),
            "set_digest": found.digest,
            "is_interim": is_interim(reader_study=found.reader_study),
        },
    )


def _refused(field: str, code: str, detail: str) -> Invalid:
    fault: FieldProblem = {"field": field, "code": code, "detail": detail}
    return Invalid("The operating layer cannot be made of these cases.", code=code, errors=[fault])
