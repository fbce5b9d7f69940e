"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
_django = get_wsgi_application()
# Imports every view: else the first request of each process would wait some seconds for it.
get_resolver().url_patterns  # noqa: B018
# By name: what it imports are models, which need Django to be set up.
application = import_string("portal.imaging.frame_gate.FrameGate")(_django)
