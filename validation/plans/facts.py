"""What a reader study offers an analysis: all that the rules of a plan ask, and nothing of the truth's values."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ArmFacts:
    """An arm: its name, what it shows of the AI and when, and who reads in it."""

    name: str
    ai_display: str
    readers: frozenset[str]


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """A reader study as its design, label schema and members are.

    Attributes
    ----------
    arms : mapping
        By key.
    sessions : tuple of int
        Their numbers.
    is_fully_crossed : bool
        Whether every reader of an arm reads every case that counts.
    cases, patients : int
        That count: neither training nor withdrawn.
    has_call, rating : bool, str or None
        Whether the label schema asks for a yes/no answer, and the kind of its rating question.
    rating_levels : int or None
        How many values a rating can take, where they are few.
    marks_lesions : bool
        Whether readers mark and rate located findings.
    model_versions : mapping
        Names of the AI versions with predictions here, by id.
    operating_points : mapping
        By id the score from which each of them calls a case positive, as registered.
    located_models : frozenset of str
        Of these, the ids of those whose predictions name places.
    lesion_truths : frozenset of int
        Versions of the reference standard that name lesions.
    truths : frozenset of int
        All versions of the reference standard.
    """

    arms: Mapping[str, ArmFacts]
    sessions: tuple[int, ...]
    is_fully_crossed: bool
    cases: int
    patients: int
    has_call: bool
    rating: str | None
    rating_levels: int | None = None
    marks_lesions: bool = False
    model_versions: Mapping[str, str] = field(default_factory=dict)
    operating_points: Mapping[str, float] = field(default_factory=dict)
    located_models: frozenset[str] = frozenset()
    truths: frozenset[int] = frozenset()
    lesion_truths: frozenset[int] = frozenset()

    @property
    def is_clustered(self) -> bool:
        """Whether a patient has several cases."""
        return self.patients < self.cases
