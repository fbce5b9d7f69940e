"""manage.py train_demo_model: train the demo model on synthetic phantoms."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.demo.model import TrainingSize, train_demo_model
from portal.demo.phantoms.catalogue import CALIBRATION_CASES, FITTING_CASES
from portal.inference.engine.training import Recipe, TrainingFailed


class Command(BaseCommand):
    help = (
        "Trains the demo nodule detector on synthetic phantoms (less than two minutes on two idle cores) and registers "
        "it. The same seed gives the same weights on the same machine."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        defaults = Recipe()
        parser.add_argument("--seed", type=int, default=defaults.seed)
        parser.add_argument("--rounds", type=int, default=defaults.rounds, help="Rounds of ever harder examples.")
        parser.add_argument("--steps", type=int, default=defaults.steps, help="Training steps in each round.")
        parser.add_argument("--fitting-cases", type=int, default=FITTING_CASES)
        parser.add_argument("--calibration-cases", type=int, default=CALIBRATION_CASES)

    def handle(self, *args: Any, **options: Any) -> None:
        """Train and register."""
        started = time.monotonic()

        def tell(done: int, total: int, message: str) -> None:
            self.stdout.write(f"  {time.monotonic() - started:5.0f} s  {message}")

        recipe = Recipe(seed=options["seed"], rounds=options["rounds"], steps=options["steps"])
        size = TrainingSize(options["fitting_cases"], options["calibration_cases"])
        try:
            version = train_demo_model(recipe=recipe, size=size, progress=tell)
        except TrainingFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{version.ai_model.name} {version.version}, weights SHA-256 {version.weights_digest}, "
            f"trained in {time.monotonic() - started:.0f} s."
        )
