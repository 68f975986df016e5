"""An evaluation that is explained later; a module of its own because it is compiled."""

from collections.abc import Callable

from mypy_extensions import mypyc_attr

from trading_bot.domain.gate import Gate


@mypyc_attr(free_list_len=1)  # most go before the next is made
class DeferredEvaluation:
    """Reads as an `Evaluation` without a signal; its gates are formed when somebody asks for them.

    Two thousand candles close in one instant, and hardly any of them becomes a trade: the explanation can
    wait until the ticks behind it were taken. `form_gates` must give the same answer at any later time.
    """

    __slots__ = ("_form_gates", "candle_start_ms", "instrument_key", "score", "strategy")

    def __init__(
        self,
        strategy: str,
        instrument_key: str,
        candle_start_ms: int,
        score: float,
        form_gates: Callable[[], tuple[Gate, ...]],
    ) -> None:
        self.strategy = strategy
        self.instrument_key = instrument_key
        self.candle_start_ms = candle_start_ms
        self.score = score
        self._form_gates = form_gates

    @property
    def signal(self) -> None:
        """No wish to trade."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Every condition, those passed as well as those failed."""
        return self._form_gates()
