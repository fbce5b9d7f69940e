"""What a report is made of: a result and its snapshot, seen alike with a plan and where one arm is explored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from validation.reports.flow import Branch
from validation.reports.node import Node
from validation.reports.paper import Paper


class Protocol(NamedTuple):
    """A frozen version of the protocol: its sections by key, each with its title and sentences."""

    number: int
    digest: str
    sections: Mapping[str, tuple[str, Sequence[str]]]


class Circumstances(NamedTuple):
    """What stands around a result and in none of its bytes.

    `made_at` is the date that the report shows, in UTC, the one thing by which two reports of a result differ.
    `protocol` is the version in force when the snapshot was frozen. `earlier_results` counts the results of the reader
    study that were there before this one.
    """

    made_at: str
    snapshot_digest: str
    result_digest: str
    protocol: Protocol | None
    earlier_results: int


@dataclass(frozen=True)
class Material:
    """A result with its snapshot; `paper` numbers what is drawn of them."""

    result: Node
    snapshot: Mapping[str, Any]
    circumstances: Circumstances
    paper: Paper = field(default_factory=Paper)

    @property
    def is_planned(self) -> bool:
        """Whether a locked plan was carried out."""
        return "endpoints" in self.result.value

    @property
    def title(self) -> str:
        """The reader study's name."""
        return str(self.result["reader_study"]["name"])

    @property
    def percent(self) -> str:
        """The confidence level, such as "95 %"."""
        return f"{100 * self.result['confidence_level'].value:.4g} %"

    @property
    def description(self) -> Node | None:
        """The descriptive part of a planned result; None in older ones and where nothing was planned."""
        return self.result.get("description")

    @property
    def participants(self) -> list[Node]:
        """Every AI and every reader."""
        described = self.description if self.is_planned else self.result
        return [] if described is None else list(described["participants"])

    @property
    def branches(self) -> list[Branch]:
        """Subjects with their participants and with what of theirs is left out."""
        exclusions = list(self.result["exclusions"])
        if self.description is not None:
            return [
                Branch(
                    str(subject["name"]),
                    [one for one in self.participants if one.value["subject"] == subject.value["key"]],
                    [one for one in exclusions if one.value["subject"] == subject.value["key"]],
                    subject.value["kind"] == "AI",
                )
                for subject in self.description["subjects"]
            ]
        kinds = {"AI": "AI", "READER": "Readers"}
        made: list[Branch] = []
        for kind, name in kinds.items():
            people = [one for one in self.participants if one.value["kind"] == kind]
            keys = {one.value["key"] for one in people}
            left_out = [one for one in exclusions if one.value.get("participant") in keys]
            made += [Branch(name, people, left_out, kind == "AI")] if people else []
        return made

    @property
    def cases_left_out(self) -> list[Node]:
        """Exclusions of whole cases; what only figures of marks are without is analysed."""
        return [one for one in self.result["exclusions"] if is_of_all(one) and one.value["reason"] != "no-lesion"]

    def name_of(self, key: str) -> str:
        """Name a subject of the plan as people do."""
        subjects = [] if self.description is None else list(self.description["subjects"])
        return next((str(one["name"]) for one in subjects if one.value["key"] == key), key)

    def label_of(self, participant: Node) -> str:
        """Name a reader with the arm where there are several; an AI by its name."""
        name = str(participant["name"])
        if participant.value["kind"] == "AI" or not self.is_planned:
            return name
        arms = [one for one in self.branches if not one.is_ai]
        return f"{name}, {self.name_of(participant.value['subject'])}" if len(arms) > 1 else name


def is_of_all(exclusion: Node) -> bool:
    """Whether an exclusion is of cases for everybody, not of one participant's readings."""
    return not exclusion.value.get("subject", exclusion.value.get("participant"))
