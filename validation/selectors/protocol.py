"""What the protocol of a reader study says of its analysis: the plan, in the words of its live reading."""

from annotations.models import ReaderStudy
from portal.moments import utc_words
from validation.canonical import parse
from validation.models import AnalysisPlan
from validation.plans.document import said_once
from validation.plans.rules import plan_findings
from validation.plans.wording import plan_sentences
from validation.selectors.plans import locked_plan_of, newest_plan_of, study_facts

NO_PLAN = "There is no analysis plan. What is analysed without one is exploratory, and every such result says so."
RESULTS_OPEN = (
    "Results open only by a locked version of the reference standard. Of it they use whether each case is diseased; "
    "where its lesions lie is stored and exported with the marks of the readers, and enters no figure."
)


def analysis_sentences(*, reader_study: ReaderStudy) -> list[str]:
    """Return the sentences of the newest locked version, else of the newest draft (OVERREAD_PROTOCOL_ANALYSIS)."""
    plan = locked_plan_of(reader_study=reader_study) or newest_plan_of(reader_study=reader_study)
    if plan is None:
        return [NO_PLAN, RESULTS_OPEN]
    document, facts = parse(plan.content), study_facts(reader_study=reader_study)
    findings = plan_findings(document, facts)
    errors = said_once(document, [one for one in findings if one.level == "ERROR"])
    said = (
        [f"It does not fit the reader study as that is now: {' '.join(errors)}"]
        if errors
        else plan_sentences(document, facts)
    )
    warnings = said_once(document, [one for one in findings if one.level == "WARNING"])
    return [_which(plan), *said, *(f"To be known of it: {one}" for one in warnings), RESULTS_OPEN]


def _which(plan: AnalysisPlan) -> str:
    digest = f"SHA-256 {plan.digest}"
    if not hasattr(plan, "lock"):
        return f"Analysis plan, version {plan.number}: a draft, not locked; {digest}."
    amended = f" Amended because: {plan.reason}" if plan.reason else ""
    locked = f"locked {utc_words(plan.lock.created_at)} by {plan.lock.username}"
    return f"Analysis plan, version {plan.number}, {locked}; {digest}.{amended}"
