"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
_django = get_wsgi_application()
# By name: what it imports are models, which need Django to be set up.
application = import_string("portal.imaging.frame_gate.FrameGate")(_django)
