"""Real services for tests (loaded as an early pytest plugin; see pyproject.toml). Being written."""
