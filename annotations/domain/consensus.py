"""Consensus: what several readers' votes on one case come to. Pure rules; what a rule leaves open gets a named outcome.

A case never becomes negative because nothing was said about it: too few votes and undecided votes go where the rule
sends them, and two of these places (EXCLUDED, ADJUDICATION) hold no truth at all.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

MAJORITY, UNANIMOUS, ANY, WEIGHTED = "MAJORITY", "UNANIMOUS", "ANY", "WEIGHTED"
KINDS = {
    MAJORITY: "More votes than the other side",
    UNANIMOUS: "All votes the same",
    ANY: "Positive as soon as one vote is",
    WEIGHTED: "More weight than the other side",
}

POSITIVE, NEGATIVE, EXCLUDED, ADJUDICATION = "POSITIVE", "NEGATIVE", "EXCLUDED", "ADJUDICATION"
TRUTHS = {POSITIVE: 1, NEGATIVE: 0, EXCLUDED: None, ADJUDICATION: None}
# Where undecided votes may go; too few votes never become a truth.
TIE_OUTCOMES = (ADJUDICATION, EXCLUDED, POSITIVE, NEGATIVE)
MISSING_OUTCOMES = (ADJUDICATION, EXCLUDED)

AGREED, BY_RULE, TIED, TOO_FEW = "AGREED", "BY_RULE", "TIED", "TOO_FEW"
# Given not by votes: kept for a training case, and decided by an adjudicator.
CARRIED, ADJUDICATED = "CARRIED", "ADJUDICATED"
# The votes say that there is nothing, and the marks say that there is a lesion: open, whatever the rule says of ties.
CONTRADICTED = "CONTRADICTED"
REASONS = {
    AGREED: "All votes were the same.",
    BY_RULE: "The votes differed and the rule decided.",
    TIED: "The votes differed and the rule left the case open.",
    TOO_FEW: "There were fewer votes than the rule asks for.",
}


class Vote(NamedTuple):
    """One reader's vote on a case. The weight counts in WEIGHTED only, and is exact: 0.1 + 0.2 ties with 0.3."""

    is_positive: bool
    weight: Fraction = Fraction(1)


class Rule(NamedTuple):
    """How votes become a truth."""

    kind: str
    ties: str = ADJUDICATION
    missing: str = ADJUDICATION
    minimum_votes: int = 1


class Decision(NamedTuple):
    """What the votes on a case came to, and why."""

    outcome: str
    reason: str

    @property
    def truth(self) -> int | None:
        """Return 1, 0, or None where the outcome holds no truth."""
        return TRUTHS[self.outcome]


def decide(rule: Rule, votes: Sequence[Vote]) -> Decision:
    """Apply a rule to the votes on one case."""
    if len(votes) < max(rule.minimum_votes, 1):
        return Decision(rule.missing, TOO_FEW)
    if len({vote.is_positive for vote in votes}) == 1:
        return Decision(POSITIVE if votes[0].is_positive else NEGATIVE, AGREED)
    if rule.kind == ANY:
        return Decision(POSITIVE, BY_RULE)
    balance = _balance(rule, votes)
    if balance == 0:
        return Decision(rule.ties, TIED)
    return Decision(POSITIVE if balance > 0 else NEGATIVE, BY_RULE)


def _balance(rule: Rule, votes: Sequence[Vote]) -> Fraction:
    """Return how far the positive side is ahead; differing votes are never unanimous, so open."""
    if rule.kind == UNANIMOUS:
        return Fraction(0)
    signs = [1 if vote.is_positive else -1 for vote in votes]
    if rule.kind == WEIGHTED:
        return sum((sign * vote.weight for sign, vote in zip(signs, votes, strict=True)), Fraction(0))
    return Fraction(sum(signs))
