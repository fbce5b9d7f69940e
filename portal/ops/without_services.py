"""Imported by `portal.settings.test`: lets settings load where no portal has ever run.

The type checker and the migrations check need settings and no services. The addresses lead nowhere, so
nothing can be reached by accident; tests that do need services get their own from tests/services.py.
"""

import os

from portal.ops.environment import EnvironmentProblem, load_environment

NOWHERE = {
    "DJANGO_SECRET_KEY": "used by tools that check the code, never by a portal",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ORTHANC_URL": "http://127.0.0.1:1",
    "ORTHANC_USERNAME": "nobody",
    "ORTHANC_PASSWORD": "nowhere",
    "OVERREAD_PUBLIC_URL": "http://127.0.0.1:1",
}

try:
    load_environment()
except EnvironmentProblem:
    os.environ.update(NOWHERE)
