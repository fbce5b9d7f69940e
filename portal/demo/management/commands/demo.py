"""manage.py demo: fill the portal with something true to show."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.demo.accounts import AccountTaken, credentials_path, demo_accounts_ensure
from portal.demo.drift import drift_watch_ensure
from portal.demo.images import IngestProblem, demo_images_ensure
from portal.demo.job_wait import JobUnfinished, job_do
from portal.demo.model import TrainingSize, train_demo_model, usable_demo_model
from portal.demo.reader_studies import (
    main_study_ensure,
    simulated_reads_ensure,
    small_studies_ensure,
    truth_lock_ensure,
)
from portal.errors import PortalError
from portal.inference.engine.training import Recipe, TrainingFailed
from portal.inference.models import ModelVersion
from portal.inference.runner import inference_run_work
from portal.inference.selectors import predictions_in_force
from portal.inference.services import inference_run_create
from validation.models import AnalysisRun
from validation.runner import execute
from validation.services import analysis_run_create


class Command(BaseCommand):
    help = (
        "Loads the demo: synthetic imaging studies, accounts, the demo AI model with its predictions, reader studies "
        "half read by simulated readers, a drift watch, and an analysis. Repeating it adds only what is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing and say what was done."""
        self._started = time.monotonic()
        try:
            new = self._load()
        except (AccountTaken, IngestProblem, JobUnfinished, TrainingFailed) as error:
            raise CommandError(str(error)) from error
        except PortalError as error:
            details = "; ".join(problem["detail"] for problem in error.errors)
            raise CommandError(f"{error.detail} {details}".strip()) from error
        if not new:
            self._say("Everything of the demo is there already: nothing was done.")
        self._say(f"Accounts and passwords: {credentials_path()}")

    def _say(self, text: str) -> None:
        self.stdout.write(f"{time.monotonic() - self._started:5.0f} s  {text}")
        self.stdout.flush()

    def _load(self) -> int:
        people, made = demo_accounts_ensure()
        new = made
        if made:
            self._say(f"{made} accounts made.")
        images, instances = demo_images_ensure(self._tell_ingest)
        new += instances
        if instances:
            self._say(f"{instances} images ingested.")
        model_version = usable_demo_model()
        if model_version is None:
            model_version = self._train()
            new += 1
        new += self._predict(model_version, images.phantoms)
        # Lists show the newest first: the main reader study is made last.
        small = small_studies_ensure(people, images)
        if small:
            self._say(f"{small} small reader studies made.")
        study, is_new = main_study_ensure(people, images, model_version)
        signed = simulated_reads_ensure(people, study)
        if is_new or signed:
            self._say(f"Reader study '{study.name}': {signed} simulated reads signed.")
        locked = truth_lock_ensure(people["coordinator"], study)
        if locked:
            self._say("Its reference standard is locked.")
        watched = drift_watch_ensure(people["coordinator"], model_version)
        if watched:
            self._say(f"{model_version} is watched for drift.")
        return new + is_new + signed + small + locked + watched + self._analyse(people["coordinator"], study)

    def _tell_ingest(self, done: int, total: int) -> None:
        if done % 250 == 0 or done == total:
            self._say(f"ingested {done} of {total} images")

    def _train(self) -> ModelVersion:
        self._say("Training the demo AI model on synthetic phantoms.")
        version = train_demo_model(
            recipe=Recipe(), size=TrainingSize(), progress=lambda done, total, text: self._say(text)
        )
        self._say(f"{version} registered, weights SHA-256 {version.weights_digest[:12]}…")
        return version

    def _predict(self, model_version: ModelVersion, imaging_studies: list[Any]) -> int:
        known = predictions_in_force(
            model_version=model_version, imaging_study_ids=[study.pk for study in imaging_studies]
        )
        missing = [study for study in imaging_studies if study.pk not in known]
        if not missing:
            return 0
        self._say(f"Predicting {len(missing)} imaging studies.")
        run = inference_run_create(by=None, model_version=model_version, imaging_studies=missing)
        job_do(run, inference_run_work)
        self._say(f"{len(missing)} predictions stored.")
        return len(missing)

    def _analyse(self, coordinator: Any, study: Any) -> int:
        if AnalysisRun.objects.filter(reader_study=study).exists():
            return 0
        job_do(analysis_run_create(by=coordinator, reader_study=study), execute)
        self._say("Analysis of the signed reads computed.")
        return 1
