"""Why an uploaded model, or what it returned, is not taken."""


class ModelRefused(Exception):
    """An uploaded model cannot be used, or not on this case; `code` is stable, `detail` is shown to people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
