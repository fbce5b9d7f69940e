"""From nothing to a locked reader study, whatever its design: the driver of the journeys, over the public API alone."""

import csv
import io
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.browserless import PASSWORD, Person, signature
from tests.journeys.designs import CSV, PAST_HIDDEN, QUESTIONS, SEES_AI, Journey
from tests.reader_studies import drafted


@dataclass(frozen=True)
class Image:
    """An imaging study with its truth."""

    id: str
    uid: str
    truth: int


@dataclass(frozen=True)
class Cast:
    """Who takes part in every journey, and what there is to read."""

    coordinator: Person
    readers: list[Person]
    third: Person
    adjudicator: Person
    images: list[Image]
    model_version: str


def call(reader: int, image: int, truth: int) -> bool:
    """What a reader says: the truth, but each is wrong on one image of their own."""
    return bool(truth) != (image == reader)


def refused(person: Person, method: str, path: str, body: Any = None) -> tuple[int, str]:
    """The status and the code of a refusal."""
    answer = person.ask(method, path, json=body or {})
    return answer.status_code, answer.json()["code"]


@dataclass
class Walk:
    """One reader study on its way."""

    cast: Cast
    journey: Journey
    path: str = ""
    # The places of each reader's list, by the reader's number.
    slots: list[list[dict[str, Any]]] = field(default_factory=list)
    read_ids: list[str] = field(default_factory=list)

    @property
    def readers(self) -> list[Person]:
        """Who reads in this design."""
        return self.cast.readers[: self.journey.readers]

    @property
    def images(self) -> list[Image]:
        """What is read."""
        return self.cast.images[: self.journey.cases]

    def ask(self, method: str, tail: str, body: Any = None) -> Any:
        """Send something as the coordinator, which must succeed."""
        return self.cast.coordinator.send(method, self.path + tail, body)

    def get(self, tail: str = "") -> Any:
        """Get something as the coordinator."""
        return self.cast.coordinator.get(self.path + tail)

    def refusal(self, method: str, tail: str, body: Any = None) -> tuple[int, str]:
        """What the coordinator is refused with."""
        return refused(self.cast.coordinator, method, self.path + tail, body)

    def build(self, name: str) -> None:
        """From an empty reader study, which cannot be launched, to one that lacks nothing."""
        coordinator = self.cast.coordinator
        empty = f"reader-studies/{coordinator.send('POST', 'reader-studies', {'name': 'Empty'})['id']}"
        missing = coordinator.ask("POST", f"{empty}/launch", json={})
        assert (missing.status_code, missing.json()["code"]) == (409, "not_ready")
        assert {one["code"] for one in missing.json()["errors"]} == {"label_schema", "cases", "readers"}
        roles = dict.fromkeys(self.readers, "READER") | {self.cast.adjudicator: "ADJUDICATOR"}
        if self.journey.is_arbitrated:
            roles[self.cast.third] = "READER"
        images = [image.id for image in self.images]
        self.path = drafted(coordinator, roles, name=name, questions=QUESTIONS, imaging_study_ids=images)
        self.ask("PATCH", "", {"ai_model_version_id": self.cast.model_version})
        training = [case["id"] for case in self.get("/cases")][: self.journey.training]
        design = self.journey.document(training, [self.cast.third.id])
        stored = self.ask("PUT", "/design", {"design": design})
        assert (stored["number_of_reads"], stored["problems"]) == (self.journey.reads, [])
        if self.journey.truth == CSV:
            self.bring_truth()

    def bring_truth(self) -> None:
        """Upload the truth as a table."""
        rows = "".join(f"Case {n:03d},{image.truth}\n" for n, image in enumerate(self.images, start=1))
        table = {"file": ("truth.csv", f"case,truth\n{rows}".encode())}
        answer = self.cast.coordinator.ask("POST", f"{self.path}/reference-standard", files=table)
        assert answer.status_code == 201, answer.text

    def launch(self) -> None:
        """Launch, by way of a pilot where there is training; what was drawn can be drawn again."""
        assert self.get("/launch-check")["ready"]
        state = self.ask("POST", "/launch", {"as_pilot": bool(self.journey.training)})["state"]
        assert state == ("PILOTING" if self.journey.training else "OPEN")
        drawn = self.get("/randomisation")
        assert self.get("/randomisation/check")["is_reproduced"]
        lists = {one["reader"]: one["slots"] for one in drawn["lists"]}
        self.slots = [lists[reader.username] for reader in self.readers]
        assert sum(map(len, lists.values())) == self.journey.reads
        assert self.ask("POST", "/protocol/versions/1/approvals", {"password": PASSWORD, "meaning": "APPROVED"})
        if self.journey.training:
            for number in range(len(self.readers)):
                self.read_what_is_open(number)
            assert len(self.read_ids) == self.journey.training * len(self.readers)
            self.ask("POST", "/moves", {"event": "begin"})
            self._say_that_training_is_done()

    def _say_that_training_is_done(self) -> None:
        """Each reader says so; before that nothing that counts is opened."""
        for reader in self.readers:
            following = reader.get(f"{self.path}/next")["assignment_id"]
            assert refused(reader, "POST", f"assignments/{following}/open") == (409, "training_not_accepted")
            assert reader.send("POST", f"{self.path}/training", {})["accepted_at"]

    def read_what_is_open(self, number: int) -> None:
        """Read and sign case by case, as the worklist offers them, until it offers none."""
        reader = self.readers[number]
        own = {one["id"]: self.slots[number][one["position"] - 1] for one in reader.get(f"{self.path}/assignments")}
        while assignment := reader.get(f"{self.path}/next")["assignment_id"]:
            self._read(reader, number, assignment, own[assignment])

    def _read(self, reader: Person, number: int, assignment: str, slot: dict[str, Any]) -> None:
        read = reader.send("POST", f"assignments/{assignment}/open")
        arm = next(one for one in self.journey.document([], [])["arms"] if one["key"] == slot["arm"])
        first, second, signed = SEES_AI[arm["ai_display"]]
        assert self._sees_ai(reader, read) == first
        base = 0
        if arm["ai_display"] == "SECOND_READ":
            base = reader.send("POST", f"reads/{read['id']}/first-read", self._save(read, number, 0))["revision_number"]
            assert self._sees_ai(reader, read) == second
        assert reader.ask("GET", f"reads/{read['id']}/feedback").status_code == 404
        reader.send("POST", f"reads/{read['id']}/sign", signature(self._save(read, number, base)))
        self.read_ids.append(read["id"])
        is_still_shown = arm["blinding"] != PAST_HIDDEN or slot["is_training"]
        assert reader.ask("GET", f"reads/{read['id']}").status_code == (200 if is_still_shown else 404)
        assert self._sees_ai(reader, read) == (signed and is_still_shown)
        feedback = reader.ask("GET", f"reads/{read['id']}/feedback")
        assert feedback.status_code == (200 if slot["is_training"] else 404)
        if slot["is_training"]:
            assert feedback.json()["truth"] == self._image(read)[1].truth

    def _sees_ai(self, reader: Person, read: dict[str, Any]) -> bool:
        answer = reader.ask("GET", f"reads/{read['id']}/comparison")
        assert answer.status_code in (200, 404), answer.text
        return answer.status_code == 200

    def _image(self, read: dict[str, Any]) -> tuple[int, Image]:
        uid = read["case"]["imaging_study"]["study_instance_uid"]
        return next((index, image) for index, image in enumerate(self.images) if image.uid == uid)

    def _save(self, read: dict[str, Any], number: int, base: int) -> dict[str, Any]:
        index, image = self._image(read)
        says = call(number, index, image.truth)
        answers = {"present": says, "sure": 80 if says else 20, "quality": 2}
        payload = {"version": 3, "answers": answers, "findings": [], "ai_decisions": []}
        return {"base_revision": base, "idempotency_key": str(uuid.uuid4()), "payload": payload}

    def read_everything(self) -> None:
        """All readers sign all of theirs, with a pause before the first."""
        last = self.readers[0].get(f"{self.path}/assignments")[-1]["id"]
        if len({slot["session"] for slot in self.slots[0]}) > 1:
            opening = refused(self.readers[0], "POST", f"assignments/{last}/open")
            assert opening == (409, "session_unfinished")
        self.ask("POST", "/moves", {"event": "pause", "reason": "Images are being checked."})
        assert self.readers[0].get(f"{self.path}/next")["assignment_id"] is None
        assert refused(self.readers[0], "POST", f"assignments/{last}/open") == (409, "paused")
        self.ask("POST", "/moves", {"event": "resume"})
        for number in range(len(self.readers)):
            self.read_what_is_open(number)
        if self.journey.is_arbitrated:
            self._arbitrate()
        progress = self.get("/progress")
        assert progress["total"] == progress["signed"] == len(self.read_ids)

    def _arbitrate(self) -> None:
        """Decide what the two readers differ on: the images on which one of them is wrong."""
        third = self.cast.third
        due = third.get(f"{self.path}/assignments")
        assert [one["role"] for one in due] == ["ARBITRATION"] * len(self.readers)
        for one in due:
            read = third.send("POST", f"assignments/{one['id']}/open")
            shown = third.get(f"reads/{read['id']}/arbitration")
            assert [reader["name"] for reader in shown["readers"]] == ["Reader A", "Reader B"]
            body = signature(self._save(read, len(self.images), 0))
            third.send("POST", f"reads/{read['id']}/sign", body)
            self.read_ids.append(read["id"])
        final = self.cast.coordinator.ask("GET", f"{self.path}/final-answers.csv").text
        rows = list(csv.DictReader(io.StringIO(final, newline="")))
        assert [row["answer.present"] for row in rows] == [str(image.truth) for image in self.images]
        assert sorted(row["standing"] for row in rows) == ["AGREED"] * 2 + ["DONE"] * 2

    def close(self) -> None:
        """End reading; nothing can be written or opened from then on."""
        reader = self.readers[0]
        assert self.ask("POST", "/close")["state"] == "CLOSED"
        assert self.refusal("POST", "/moves", {"event": "resume"}) == (409, "wrong_state")
        assert refused(self.cast.coordinator, "POST", f"reads/{self.read_ids[0]}/reopen", {"reason": "Late"}) == (
            409,
            "wrong_state",
        )
        assert reader.get(f"{self.path}/next")["assignment_id"] is None

    def adjudicate(self) -> None:
        """A consensus of the reads, a round over what it leaves open, and the version that comes of it."""
        rule = {"kind": "MAJORITY", "question": "present"}
        job = f"/reference-jobs/{self.ask('POST', '/consensus/preview', rule)['id']}"
        self._worked(job)
        seen = self.get(f"{job}/consensus")
        assert seen["counts"]["tied"] == len(self.readers), "each reader is wrong on one image of their own"
        self.ask("POST", f"{job}/store", {"digest": seen["digest"]})
        self._worked(job)
        wanted = {"base_version": 1, "question": "Is it present?", "disagreement": True}
        assert self.ask("POST", "/adjudications", wanted)[0]["number_of_cases"] == len(self.readers)
        adjudicator, truths = self.cast.adjudicator, {image.uid: image.truth for image in self.images}
        assert self.refusal("POST", "/adjudications/1/reference-standard") == (409, "round_unfinished")
        for listed in adjudicator.get(f"{self.path}/adjudication-cases"):
            case = adjudicator.get(f"adjudication-cases/{listed['id']}")
            outcome = "POSITIVE" if truths[case["imaging_study"]["study_instance_uid"]] else "NEGATIVE"
            decision = {"base_number": 0, "outcome": outcome, "comment": "By pathology."}
            adjudicator.send("POST", f"adjudication-cases/{listed['id']}/decision", decision)
        versions = self.ask("POST", "/adjudications/1/reference-standard")["versions"]
        assert (versions[0]["source"], versions[0]["number_for_adjudication"]) == ("ADJUDICATION", 0)

    def _worked(self, job: str) -> None:
        done = self.cast.coordinator.finished(f"{self.path}{job}")
        assert done["state"] == "SUCCEEDED", done

    def lock_truth(self) -> None:
        """Lock the newest version of the truth; before that nothing can be analysed."""
        newest = self.get("/reference-standards")["versions"][0]["version"]
        assert self.refusal("POST", "/analysis-runs", {"arm": "A"}) == (
            (403, "masked") if self.is_masked else (409, "reference_standard_not_locked")
        )
        versions = self.ask("POST", f"/reference-standards/{newest}/lock", {"password": PASSWORD})["versions"]
        assert versions[0]["lock"]["username"] == self.cast.coordinator.username

    @property
    def is_masked(self) -> bool:
        """Whether nobody who leads sees an answer before the lock."""
        return bool(self.journey.design.get("masked_until_lock"))

    def lock(self) -> None:
        """Lock the reader study: from then on it takes nothing any more."""
        assert self.ask("POST", "/moves", {"event": "lock"})["state"] == "LOCKED"
        for event in ("begin", "pause", "resume", "close", "lock"):
            assert self.refusal("POST", "/moves", {"event": event}) == (409, "wrong_state")
        assert self.refusal("POST", "/launch") == (409, "wrong_state")
        withdrawal = {"reader_id": self.readers[0].id, "reason": "Too late"}
        assert self.refusal("POST", "/withdrawals", withdrawal) == (409, "wrong_state")
        ask = refused(self.cast.coordinator, "POST", f"reads/{self.read_ids[0]}/queries", {"text": "Sure?"})
        assert ask == (409, "wrong_state")

    def analyse(self) -> dict[str, dict[str, Any]]:
        """Results of every arm."""
        found = {}
        for arm in self.journey.document([], [])["arms"]:
            started = self.ask("POST", "/analysis-runs", {"arm": arm["key"]})
            run = self.cast.coordinator.finished(f"analysis-runs/{started['id']}")
            assert run["state"] == "SUCCEEDED", run
            found[arm["key"]] = self.cast.coordinator.get(f"analysis-runs/{run['id']}/result")
        return found

    def counted(self, number: int, arm: str) -> dict[str, int]:
        """A reader's table by hand: what of their list counts in this arm, and whether they were right."""
        counts = dict.fromkeys(("tp", "fp", "fn", "tn"), 0)
        for slot in self.slots[number]:
            if slot["arm"] != arm or slot["repeat_number"] or slot["is_training"]:
                continue
            index = int(slot["case"].removeprefix("Case ")) - 1
            truth = self.images[index].truth
            says = call(number, index, truth)
            counts[("t" if says == bool(truth) else "f") + ("p" if says else "n")] += 1
        return counts
