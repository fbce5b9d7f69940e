"""torch never loads in the web process."""

import os
import subprocess
import sys

from portal.ops.environment import REPOSITORY

WEB_PROCESS = """
import sys
import portal.wsgi
from django.urls import get_resolver

def walk(patterns):
    for pattern in patterns:
        yield pattern
        yield from walk(getattr(pattern, "url_patterns", []))

names = [pattern.name for pattern in walk(get_resolver().url_patterns) if getattr(pattern, "name", None)]
assert "inference-runs" in names, names
from portal.celery import app
# Tasks too: they are applied in the web process where OVERREAD_JOBS_INLINE is set.
app.loader.import_default_modules()
assert "inference.run" in app.tasks, sorted(app.tasks)
print("torch" in sys.modules)
"""


def test_every_route_and_every_task_loads_without_torch():
    done = subprocess.run(
        [sys.executable, "-c", WEB_PROCESS],
        cwd=REPOSITORY,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"


def test_the_runner_is_where_the_task_says():
    """The task names the runner as text, so that only the worker loads it: the name has to exist."""
    code = (
        "import django; django.setup()\n"
        "from django.utils.module_loading import import_string\n"
        "from portal.inference.tasks import RUNNER\n"
        "import sys\n"
        "assert callable(import_string(RUNNER)) and 'torch' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, env=dict(os.environ), timeout=120, check=False)
    assert done.returncode == 0
