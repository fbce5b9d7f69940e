"""Frames as files: decoded once by a worker, served as they lie. Pure: no Django, no Orthanc."""
