"""Refusals of the base tables, in words a person can read."""


class AppendOnlyError(RuntimeError):
    """Code tried to change or delete a row that may only be added to."""


class StaleRecord(RuntimeError):
    """Somebody else saved this record first; `current` is the row as it is now."""

    limen_refusal = True

    def __init__(self, current):
        super().__init__("This record was changed by someone else since you opened it.")
        self.current = current
