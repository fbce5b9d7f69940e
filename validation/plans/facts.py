"""What a reader study offers an analysis: all that the rules of a plan ask, and nothing of the truth's values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

# Figures of merit of marks, which need located findings and lesions.
LOCATED = frozenset({"WAFROC", "AFROC", "FROC", "INFERRED_AUC", "LESION_SENSITIVITY"})


@dataclass(frozen=True, slots=True)
class ArmFacts:
    """An arm: its name, what it shows of the AI and when, and who reads in it."""

    name: str
    ai_display: str
    readers: frozenset[str]


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """An operating layer: its name, its own threshold, and whether it was fitted on cases of this reader study.

    `shared_patients`: on how many of its patients it was fitted through other reader studies.
    """

    name: str
    threshold: float
    is_fitted_here: bool
    shared_patients: int = 0


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
    rating_range : tuple of float, or None
        The least and the greatest rating.
    located_findings : mapping
        The located findings that readers mark and rate, by key their text.
    model_versions : mapping
        Names of the AI versions with predictions here, by id.
    own_models : frozenset of str
        Of these, the id of the AI that the reader study itself has; none in one without AI.
    operating_points : mapping
        By id the score from which each of them calls a case positive, as registered.
    operating_layers : mapping
        By id of an AI version its operating layers, by number.
    located_models : frozenset of str
        Of these, the ids of those whose predictions name places.
    lesion_truths : frozenset of int
        Versions of the reference standard that name lesions.
    truths : frozenset of int
        All versions of the reference standard.
    deciders : mapping
        By version of the reference standard who took part in it by a read or a decision.
    halves_sessions : bool
        Whether a reader reads a part of the cases only in each session of an arm (a crossover balanced by cases).
    """

    arms: Mapping[str, ArmFacts]
    sessions: tuple[int, ...]
    is_fully_crossed: bool
    cases: int
    patients: int
    has_call: bool
    rating: str | None
    rating_levels: int | None = None
    rating_range: tuple[float, float] | None = None
    located_findings: Mapping[str, str] = field(default_factory=dict)
    model_versions: Mapping[str, str] = field(default_factory=dict)
    operating_points: Mapping[str, float] = field(default_factory=dict)
    operating_layers: Mapping[str, Mapping[int, LayerFacts]] = field(default_factory=dict)
    own_models: frozenset[str] = frozenset()
    located_models: frozenset[str] = frozenset()
    truths: frozenset[int] = frozenset()
    lesion_truths: frozenset[int] = frozenset()
    deciders: Mapping[int, frozenset[str]] = field(default_factory=dict)
    halves_sessions: bool = False

    @property
    def marks_lesions(self) -> bool:
        """Whether readers mark and rate located findings."""
        return bool(self.located_findings)

    def layer(self, subject: Mapping[str, Any]) -> LayerFacts | None:
        """Return the operating layer that a subject names; None where it names none, or one that is not there."""
        number = subject.get("operating_layer")
        return None if number is None else self.operating_layers.get(subject["model_version_id"], {}).get(number)

    def is_crossed_in(self, sessions: Collection[int] | None) -> bool:
        """Whether every reader of an arm reads every case in these sessions (None: all)."""
        is_part = sessions is not None and set(sessions) < set(self.sessions)
        return self.is_fully_crossed and not (is_part and self.halves_sessions)

    @property
    def is_clustered(self) -> bool:
        """Whether a patient has several cases."""
        return self.patients < self.cases
