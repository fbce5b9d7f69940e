"""The demo's drift watch: over the predictions of the demo model, so that its page has charts to show."""

from portal.accounts.models import User
from portal.demo.phantoms.catalogue import READING_CASES
from portal.inference.models import ModelVersion
from validation.drift.rule import LEAST_IN_A_STEP, Rule, StepKind
from validation.selectors.drift import watch_in_force
from validation.services.drift import drift_watch_set

STEPS = 6
# All are predicted within minutes, so that the reference is the first of them and a step is of cases, not of days.
RULE = Rule(
    reference_cases=READING_CASES - STEPS * LEAST_IN_A_STEP, step_kind=StepKind.CASES, step_cases=LEAST_IN_A_STEP
)
REASON = "Demo: the later phantoms are compared with the first ones, from which they do not differ."


def drift_watch_ensure(coordinator: User, model_version: ModelVersion) -> int:
    """Watch the demo model unless somebody has set a watch already, also one that is off; says how many are new."""
    if watch_in_force(model_version=model_version) is not None:
        return 0
    drift_watch_set(by=coordinator, model_version=model_version, rule=RULE, is_on=True, reason=REASON, base=0)
    return 1
