"""The base of every settings section: frozen, and strict about what it does not know."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One frozen group of settings, defined beside the component that reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)
