"""Funds, margin rates and price bands in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.money import rupees
from trading_bot.domain.order import Side
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import AccountRead
from trading_bot.engine.ports import Broker, Clock, MarginQuestion
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.workers.failed_read import tell_failed_read

_LEAST_GAP_MS = 1_000
"""Between two reads, however often bands are asked for."""
_PROBE_RUPEES = 100_000
_NEAR_EDGE = 0.03
"""Part of a price within which an edge of its band is near: it is widened when it is about to be hit."""
_MOST_FAILED = 3
"""So many margins without an answer, and the rest waits for the next round."""


@dataclass(slots=True)
class AccountWorker:
    """Reads funds on a beat; margin rates and bands once a day for each instrument that can be ordered.

    A band is read again on each beat while the price is near its edge, and when an order was not taken; then
    the broker is also asked whether it lets the account trade at all.
    """

    engine: Engine
    broker: Broker
    clock: Clock
    settings: EngineSettings
    instrument_keys: Sequence[str]
    name: str = "account"

    async def run(self, beat: Callable[[], None]) -> None:
        """Read until cancelled."""
        while True:
            beat()
            try:
                await self._read()
            except ReadFailedError as error:
                await tell_failed_read(self.engine, "account", error)
            read_ms = self.clock.now_ms()
            await self.clock.sleep_until(read_ms + _LEAST_GAP_MS)
            outbox = self.engine.outbox
            await self.clock.wait_for(
                outbox.bands_wanted, read_ms + self.settings.account_poll_s * MS_PER_SECOND
            )

    async def _read(self) -> None:
        outbox = self.engine.outbox
        outbox.bands_wanted.clear()
        asked, outbox.bands_asked = outbox.bands_asked, set()
        wanted = [key for key in self.instrument_keys if key in asked or self._wants_band(key)]
        bands = await self.broker.price_bands(wanted) if wanted else {}
        is_active = await self.broker.is_account_active() if asked else None
        rates = await self._rates()
        asked_at_ms = self.clock.now_ms()
        await self.engine.handle(
            AccountRead(
                at_ms=0,
                asked_at_ms=asked_at_ms,
                funds=await self.broker.funds(),
                margin_rates=rates,
                bands=bands,
                is_active=is_active,
            )
        )

    def _wants_band(self, key: str) -> bool:
        """Whether a band is unknown, or about to be widened: the price has come near one of its edges."""
        state = self.engine.state
        band, price = state.account.bands.get(key), state.market.last_price(key)
        if band is None:
            return True
        return price != 0 and min(price - band[0], band[1] - price) < price * _NEAR_EDGE

    async def _rates(self) -> Mapping[str, Decimal]:
        """Ask what about a lakh's worth of each instrument would need, one instrument in a call.

        One that gets no answer keeps its unknown rate, at which its whole price is asked for; the others, and
        the funds, must not wait for it. Raises NotAuthorisedError.
        """
        rates: dict[str, Decimal] = {}
        failed = 0
        for question in self._questions():
            try:
                margin = await self.broker.margin([question])
            except NotAuthorisedError:
                raise
            except ReadFailedError as error:
                symbol = self.engine.state.market.symbol(question.instrument_key)
                await tell_failed_read(self.engine, f"margin of {symbol}", error)
                failed += 1
                if failed == _MOST_FAILED:
                    break
            else:
                if margin > 0:  # nothing is no answer: it is asked for again
                    rates[question.instrument_key] = margin / (rupees(question.price) * question.quantity)
        return rates

    def _questions(self) -> Iterator[MarginQuestion]:
        """One for each instrument whose price is known and whose rate is not."""
        state = self.engine.state
        for key in self.instrument_keys:
            price = state.market.last_price(key) or state.market.series[key].previous_close
            if key in state.account.margin_rates or price == 0:
                continue
            instrument = state.market.series[key].instrument
            quantity = instrument.whole_lots(_PROBE_RUPEES / rupees(price)) or instrument.lot_size
            yield MarginQuestion(
                instrument_key=key, side=Side.BUY, quantity=quantity, product=instrument.product, price=price
            )
