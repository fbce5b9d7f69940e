"""The demo detector: the only folder that imports torch. Knows neither Django nor the portal."""
