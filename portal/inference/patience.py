"""When a job gives up: a model that dies on case after case does so on every case, and each may take minutes."""

from portal.jobs import JobFailed

MOST_WORN_OUT = 3


class Patience:
    """Counts the cases in a row on which a model died or had to be stopped."""

    def __init__(self, cases: str) -> None:
        """`cases`: what they are called in the reason."""
        self._cases = cases
        self._in_a_row = 0

    def tell(self, *, is_worn_out: bool) -> None:
        """Take note of a case; raise `JobFailed` (`model_keeps_failing`) after too many."""
        self._in_a_row = self._in_a_row + 1 if is_worn_out else 0
        if self._in_a_row == MOST_WORN_OUT:
            detail = f"The model died or had to be stopped on {MOST_WORN_OUT} {self._cases} in a row; the rest waits."
            raise JobFailed(detail, code="model_keeps_failing")
