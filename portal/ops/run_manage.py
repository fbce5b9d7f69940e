"""`python -m portal.ops.run_manage COMMAND …`: become a management command that ends with its supervisor."""

import os
import sys

from portal.ops.environment import REPOSITORY
from portal.ops.run_service import die_with_supervisor
from portal.ops.services import process_environment


def main(arguments: list[str]) -> None:
    """Replace this process by manage.py, in the environment of the portal's own processes."""
    die_with_supervisor("manage.py")
    argv = [sys.executable, str(REPOSITORY / "manage.py"), *arguments]
    os.execve(argv[0], argv, process_environment())  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main(sys.argv[1:])
