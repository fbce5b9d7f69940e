"""The subcommands of `python -m validation.stats`, one module per family."""
