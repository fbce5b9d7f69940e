"""The screening child: reads a question a line, answers a JSON line, under hard limits of the operating system.

A question is the path of an image to judge, or `{"path", "threshold", "is_predicted"}` of an object to read
lesions or predictions from.

A file that makes it crash, hang or eat memory takes this process down and nothing else; the parent then
refuses that file by name and starts a new child.
"""

import json
import math
import resource
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

import pydicom.config

from portal.imaging.screening.inspection import inspect
from portal.imaging.screening.reasons import Refusal

MEMORY_BYTES = 1024**3
CPU_SECONDS_PER_FILE = 20


def limit_process() -> None:
    """Bound memory, forbid writing files and core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def renew_cpu_limit() -> None:
    """Give the next file its own CPU seconds: the limit counts from the start of the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS_PER_FILE, resource.RLIM_INFINITY))


def answer_for(question: Any) -> dict[str, Any]:
    """Screen one file into the answer that goes up the pipe."""
    try:
        if isinstance(question, dict):
            # Only who reads lesions waits for highdicom.
            from portal.imaging.screening.located import located

            found = located(Path(question["path"]), question["threshold"], is_predicted=question["is_predicted"])
            return {"located": found}
        return {"identifiers": inspect(Path(question)).as_json()}
    except Refusal as refusal:
        return {"refused": refusal.code}
    except OSError:
        return {"refused": "unreadable"}
    except (MemoryError, RecursionError):
        return {"refused": "screening_memory"}


def main() -> None:
    """Serve the parent until it closes the pipe."""
    limit_process()
    warnings.simplefilter("ignore")
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        renew_cpu_limit()
        sys.stdout.write(json.dumps(answer_for(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
