"""What the channels of alerts said to a message, and how that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAnswer:
    """One channel's answer."""

    channel: str
    why_not: str
    """Why the message was not taken; empty when it was."""


AlertAnswers = Sequence[AlertAnswer]


def answers_text(answers: AlertAnswers) -> str:
    """A line for each channel."""
    width = max(len(answer.channel) for answer in answers)
    return "\n".join(
        f"{answer.channel:<{width}}  {f'NOT TAKEN: {answer.why_not}' if answer.why_not else 'taken'}"
        for answer in answers
    )
