"""Imaging studies that are really in Orthanc, and a model version whose weights are really on disk."""

from pathlib import Path

import pytest
import torch
from django.conf import settings

from portal import jobs
from portal.accounts.models import User
from portal.demo.phantoms.catalogue import make_phantom
from portal.demo.phantoms.dicom import study_instance_uid, to_bytes, to_datasets
from portal.imaging.models import ImagingStudy, IngestJob, IngestSource, Patient
from portal.imaging.services.ingest import ingest_job_create_from_paths, ingest_job_run
from portal.inference.engine.network import NoduleNetwork
from portal.inference.engine.weights import Calibration, save_weights
from portal.inference.models import AiModel, EngineKind, ModelVersion
from portal.inference.services import ai_model_create, model_version_register
from portal.webhooks.events import SITE
from portal.webhooks.models import Webhook

SLICES = 8


@pytest.fixture
def builder(db) -> User:
    """Somebody who may build reader studies and so may manage AI models."""
    return User.objects.create_user("builder", may_create_reader_studies=True)


@pytest.fixture
def ingest_phantom(db, orthanc_server, tmp_path):
    """Draw a small phantom and take it in through the real ingest."""

    def ingest(name: str, *, compress: bool = False, change=lambda datasets: datasets) -> ImagingStudy:
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        phantom = make_phantom(name, sum(map(ord, name)), nodules=0, slices=SLICES)
        for index, dataset in enumerate(change(list(to_datasets(phantom, day=0, compress=compress)))):
            (folder / f"{index}.dcm").write_bytes(to_bytes(dataset))
        job = ingest_job_create_from_paths(paths=[folder], source=IngestSource.COMMAND, requested_by=None)
        jobs.run(IngestJob, job.pk, ingest_job_run)
        return ImagingStudy.objects.get(study_instance_uid=study_instance_uid(name))

    return ingest


@pytest.fixture
def imaging_study_rows(db):
    """Imaging studies in the mirror only: enough where no pixel is read."""
    patient = Patient.objects.create(patient_key="P-TEST")
    return [
        ImagingStudy.objects.create(study_instance_uid=f"1.2.826.0.1.3680043.10.77.{number}", patient=patient)
        for number in range(1, 4)
    ]


@pytest.fixture
def external_version(builder) -> ModelVersion:
    """A model version whose predictions are posted."""
    model = ai_model_create(by=builder, name="Outside finder")
    return model_version_register(by=builder, ai_model=model, version="1.0", weights_digest="ab" * 32)


@pytest.fixture
def runnable_version(db) -> ModelVersion:
    """A model version with untrained weights: its numbers mean nothing, but they are always the same."""
    torch.manual_seed(3)
    relative = Path("models") / "test" / "untrained.safetensors"
    digest = save_weights(NoduleNetwork(), Calibration(1.0, 3.0), Path(settings.VAR_DIR) / relative)
    model = AiModel.objects.create(name="Untrained finder")
    return model_version_register(
        by=None,
        ai_model=model,
        version="1",
        kind=EngineKind.DEMO_CNN,
        weights_path=str(relative),
        weights_digest=digest,
    )


@pytest.fixture
def site_webhook(builder):
    """Registers an address of the site for an event; nobody listens there."""

    def register(event):
        return Webhook.objects.create(
            scope=SITE, url="http://127.0.0.1:9/", events=[str(event)], created_by=builder, is_active=True
        )

    return register
