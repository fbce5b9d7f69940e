"""Whoever writes a table that the audit trail binds tells the trail of it: `record(rows=…)`, or `record(gone=…)`.

The trail's own verification finds a write that no event tells of once it was done (tests/audit/test_life.py); this
finds it in the source.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.apps import apps

from portal.audit.rows import sealed_models
from portal.ops.environment import REPOSITORY
from tests.architecture.test_sizes import sources

WRITES = frozenset(
    {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete", "save", "update"}
)
# `portal.prepared`.
PREPARED = frozenset({"insert", "update"})
# Functions that write bound tables and leave it to a caller, here named, to tell of what they have written.
TOLD_BY_CALLER = {
    "annotations/services/arbitration.py:_give_out": "annotations/services/arbitration.py:_recorded",
    "annotations/services/arbitration.py:_step": "annotations/services/arbitration.py:_recorded",
    "annotations/services/cases.py:_further_put": "annotations/services/cases.py:cases_with_images_put",
    "annotations/services/designs.py:_make_arms_and_sessions": "annotations/services/designs.py:design_put",
    "annotations/services/designs.py:assign": "annotations/services/reader_studies.py:reader_study_launch",
    "annotations/services/designs.py:draw_and_assign": "annotations/services/reader_studies.py:reader_study_launch",
    "annotations/services/hanging.py:_replace": "annotations/services/hanging.py:case_priors_put",
    "annotations/services/queries.py:query_ask": "annotations/services/queries.py:_said",
    "annotations/services/queries.py:query_move": "annotations/services/queries.py:_said",
    "annotations/services/reader_studies.py:member_join": "annotations/services/invitations.py:invitation_accept",
    "annotations/services/reads.py:_advance": "annotations/services/reads.py:_append",
    "annotations/services/reads.py:_move": "annotations/services/reads.py:_append",
    "annotations/services/reads.py:_revision": "annotations/services/reads.py:_append",
    "annotations/services/reads.py:_signature": "annotations/services/reads.py:_append",
    "annotations/services/replacements.py:_assign": "annotations/services/replacements.py:_store",
    "annotations/services/replacements.py:_reader": "annotations/services/replacements.py:_store",
    "annotations/services/timing.py:times_keep": "annotations/services/reads.py:_append",
    "annotations/services/withdrawals.py:_void": "annotations/services/withdrawals.py:reader_withdraw",
    "portal/inference/services.py:_save_with_files": "portal/inference/services.py:_record_posted",
    "portal/inference/services.py:heat_map_create": "portal/inference/runner.py:_store",
    "validation/services/plans.py:plan_lock": "validation/services/plans.py:_record",
    "validation/services/plans.py:plan_save": "validation/services/plans.py:_record",
}
# Functions that write columns of a bound table which are not bound.
UNBOUND_COLUMNS = {
    "annotations/services/editing.py:read_hold": "Who edits an open read, and how long so far.",
    "annotations/services/editing.py:read_release": "Who edits an open read, and how long so far.",
    "annotations/services/prefetch.py:next_images": "When images were named ahead.",
    "portal/accounts/services.py:person_address_put": "The address of an account.",
    "portal/accounts/services.py:person_deactivate": "Whether an account is open.",
}
# Functions that write only other tables, which the source does not show by the name of a model.
OTHER_TABLES = {
    "annotations/services/code_lists.py:code_list_remove",
    "annotations/services/invitations.py:invitation_resend",
    "annotations/services/invitations.py:invitation_revoke",
    "annotations/services/reference_jobs.py:reference_job_store",
    "annotations/services/timing.py:sitting_report",
    "portal/accounts/idempotency.py:_keep",
    "portal/accounts/services.py:preferences_put",
    "portal/audit/services.py:record",
    "portal/db.py:save",
    "portal/imaging/services/describe.py:_describe",
    "portal/imaging/services/follow.py:_follow_page",
    "portal/imaging/services/frames.py:_restarted",
    "portal/imaging/services/frames.py:frames_evict",
    "portal/imaging/services/ingest.py:_save_new",
    "portal/inference/explainer.py:_store",
    "portal/inference/model_uploads.py:_keep",
    "portal/jobs.py:cancel",
    "portal/jobs.py:claim",
    "portal/jobs.py:finish",
    "portal/jobs.py:progress",
    "portal/jobs.py:renew",
    "portal/jobs.py:retry",
    "portal/jobs.py:store",
    "portal/webhooks/runner.py:_failed",
    "portal/webhooks/runner.py:_holds",
    "portal/webhooks/runner.py:_stored",
    "portal/webhooks/runner.py:deliveries_send",
    "portal/webhooks/services.py:_switch",
    "portal/webhooks/services.py:delivery_resend",
    "portal/webhooks/services.py:webhook_delete",
    "portal/webhooks/services.py:webhook_disable",
    "portal/webhooks/services.py:webhook_secret_renew",
    "portal/webhooks/services.py:webhook_update",
    "validation/stats/commands/segmentation.py:_write",
}


class Function(NamedTuple):
    """A function of the source: what it writes, and whether it tells the trail of rows."""

    writes: list[str]
    tells: bool


def names_model(receiver: ast.expr) -> str:
    """The name before `.objects`; empty where there is none."""
    while isinstance(receiver, ast.Call | ast.Attribute):
        if isinstance(receiver, ast.Attribute) and receiver.attr in ("objects", "_default_manager"):
            return receiver.value.id if isinstance(receiver.value, ast.Name) else ""
        receiver = receiver.func if isinstance(receiver, ast.Call) else receiver.value
    return ""


def written(call: ast.Call, others: set[str]) -> str | None:
    """What a call writes, if it can be a bound table."""
    called = call.func
    if isinstance(called, ast.Name):
        return ast.unparse(call) if called.id in PREPARED and call.args else None
    if not isinstance(called, ast.Attribute) or called.attr not in WRITES:
        return None
    if called.attr == "update" and (call.args or ast.unparse(called).startswith("vars(")):
        # A set, a dictionary or a digest: query sets are updated by keywords.
        return None
    return None if names_model(called.value) in others else ast.unparse(called)


def functions(others: set[str]) -> Iterator[tuple[str, Function]]:
    """Every function of the source, by file and name."""
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
                writes = [what for one in calls if (what := written(one, others))]
                tells = any(
                    isinstance(one.func, ast.Name)
                    and one.func.id == "record"
                    and {"rows", "gone"} & {keyword.arg for keyword in one.keywords}
                    for one in calls
                )
                yield f"{Path(file).relative_to(REPOSITORY)}:{node.name}", Function(writes, tells)


def test_every_write_of_a_bound_table_is_told_of() -> None:
    bound = {model.__name__ for model in sealed_models()}
    others = {model.__name__ for model in apps.get_models()} - bound
    found = dict(functions(others))
    writing = {name for name, one in found.items() if one.writes}
    silent = {name for name in writing if not found[name].tells}
    decided = {*TOLD_BY_CALLER, *UNBOUND_COLUMNS, *OTHER_TABLES}
    assert {name: found[name].writes for name in silent - decided} == {}
    # What is decided here is there: a table of exceptions does not outlive them.
    assert decided - writing == set()
    assert {caller for caller in TOLD_BY_CALLER.values() if not found[caller].tells} == set()
