"""Why an instrument was traded at a moment, or not: facts in, an explanation out, as text or as a document.

    explain(facts: WhyFacts) -> Explanation
    document_of(explanation: Explanation) -> dict[str, Any]
    text_of(explanation: Explanation) -> str

All of it is pure. `bootstrap/answers/why.py` gathers the facts of a journal, and hands out
`Callable[[str, int | None], dict]` and `Callable[[str, int | None], str]`: a symbol and a moment in epoch
milliseconds, None for the newest.
"""

from trading_bot.report.why.document import document_of
from trading_bot.report.why.explain import explain, is_quiet
from trading_bot.report.why.explanation import Explanation
from trading_bot.report.why.facts import WhyFacts
from trading_bot.report.why.text import text_of

__all__ = ["Explanation", "WhyFacts", "document_of", "explain", "is_quiet", "text_of"]
