"""The trial of an uploaded model: read, load and run it behind its walls on made-up cases, then register the version.

No torch here: all of it happens in the process of the model.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction

from portal.db import JobState
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.wire import Named
from portal.inference.model_files import model_keep, model_limits, waiting_path
from portal.inference.model_input import model_grid, trial_volume
from portal.inference.model_outputs import checked_outputs
from portal.inference.model_process import ModelProcess
from portal.inference.models import ModelUpload
from portal.inference.services import model_version_register
from portal.jobs import JobFailed, Lease

# The same case twice gives the same numbers within this: a GPU sums in another order (docs/models.md).
REPEAT_TOLERANCE = 1e-3
_STEPS = ("Reading and loading the file", "First made-up case", "The same case again", "A case with more slices")


def model_trial_work(upload: ModelUpload, lease: Lease) -> None:
    """Try the file and register the version; a refusal ends the job with its code and reason."""
    try:
        _try(upload, lease)
    except ModelRefused as refused:
        raise JobFailed(refused.detail, code=refused.code) from refused
    _register(upload, lease)


def _try(upload: ModelUpload, lease: Lease) -> None:
    step = _Step(lease)
    process = ModelProcess(
        kind=upload.kind,
        path=Path(settings.VAR_DIR) / waiting_path(upload.pk),
        digest=upload.sha256,
        keys=[one["key"] for one in upload.card["outputs"]],
        limits=model_limits(),
        waiting=step.still_wanted,
    )
    with process:
        step.begin(0)
        process.start()
        case = partial(_case, process, upload.card)
        step.begin(1)
        first = case(seed=1)
        step.begin(2)
        _compare(first, case(seed=1))
        step.begin(3)
        try:
            case(seed=2, further_slices=5)
        except ModelRefused as refused:
            detail = (
                f"The model takes one case and not one with five slices more; cases differ. It said: {refused.detail}"
            )
            raise ModelRefused(refused.code, detail[:500]) from refused


class _Step:
    """Which part of the trial is being done; says so, and raises when nobody wants it any more."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._number = 0

    def begin(self, number: int) -> None:
        """Go on with a step."""
        self._number = number
        self.still_wanted()

    def still_wanted(self) -> None:
        """Hold the lease; raise when the trial was cancelled or taken over."""
        self._lease.progress(self._number, len(_STEPS), _STEPS[self._number])


def _case(process: ModelProcess, card: Any, *, seed: int, further_slices: int = 0) -> list[Named]:
    grid = model_grid(card["input"], trial_volume(card["input"], seed=seed, further_slices=further_slices))
    outputs = process.predict(grid.values[np.newaxis, np.newaxis])
    checked_outputs(card, grid, outputs)
    return outputs


def _compare(first: list[Named], second: list[Named]) -> None:
    for (key, one), (_, other) in zip(first, second, strict=True):
        if one.shape != other.shape or (one.size and float(np.abs(one - other).max()) > REPEAT_TOLERANCE):
            detail = f"The same case twice gave different values of {key}; a version has one answer to a case."
            raise ModelRefused("not_repeatable", detail)


@transaction.atomic
def _register(upload: ModelUpload, lease: Lease) -> None:
    # First: it locks the job's row and raises when another worker has taken over.
    lease.progress(len(_STEPS), len(_STEPS), "Registering the version")
    version = model_version_register(
        by=upload.requested_by,
        ai_model=upload.ai_model,
        version=upload.version,
        card=upload.card,
        kind=upload.kind,
        description=upload.description,
        weights_path=str(model_keep(waiting_path(upload.pk), upload.sha256)),
        weights_digest=upload.sha256,
    )
    lease.store(model_version=version)
    lease.finish(JobState.SUCCEEDED)
