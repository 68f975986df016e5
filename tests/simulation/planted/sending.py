"""Defects on the way of an order to the broker and of its answer back."""

from tests.simulation.planted.patches import bug
from trading_bot.adapters.upstox.rest import outcome, rest
from trading_bot.adapters.upstox.rest.answers import NoAnswerError
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.domain.instrument import Instrument
from trading_bot.engine.decisions.positions import entries, exits
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import PlaceAnswered, SendStarted
from trading_bot.engine.ports import Refused, Unknown
from trading_bot.engine.rate_gate import RateGate
from trading_bot.engine.workers import orders
from trading_bot.engine.workers.orders import OrderWorker


@bug
def intent_is_not_awaited(patches):
    async def settle(_engine, _sequence):
        pass

    patches.put(Engine, "_settle", settle)


@bug
def sent_is_journaled_after_the_call(patches):
    async def place(worker, command):
        tag = command.request.tag
        answer = await worker.broker.place(command.request)
        await worker.engine.handle(SendStarted(at_ms=0, tag=tag))
        await worker.engine.handle(PlaceAnswered(at_ms=0, tag=tag, outcome=answer))

    patches.put(OrderWorker, "_place", place)


@bug
def changes_that_were_given_up_are_sent(patches):
    """As it was before a review showed it."""
    patches.put(orders, "_is_wanted", lambda _state, _command: True)


@bug
def unknown_orders_are_sent_again(patches):
    def made(place):
        async def twice(broker, request):
            answer = await place(broker, request)
            return await place(broker, request) if isinstance(answer, Unknown) else answer

        return twice

    patches.around(rest.UpstoxBroker, "place", made)


@bug
def the_transport_repeats_on_time_out(patches):
    def made(write):
        async def repeated(transport, call):
            try:
                return await write(transport, call)
            except NoAnswerError:
                return await write(transport, call)

        return repeated

    patches.around(UpstoxTransport, "write", made)


def _refused_where(patches, name, when):
    def made(classify):
        def refused(*arguments):
            found = classify(*arguments)
            return Refused("GUESSED", "taken for refused") if when(found, *arguments) else found

        return refused

    patches.around(rest, name, made)


@bug
def unknown_counts_as_refused(patches):
    _refused_where(patches, "outcome_of", lambda found, *_: isinstance(found, Unknown))


@bug
def a_time_out_counts_as_refused(patches):
    _refused_where(patches, "outcome_without_answer", lambda found, *_: isinstance(found, Unknown))


@bug
def a_5xx_counts_as_refused(patches):
    _refused_where(patches, "outcome_of", lambda _found, _write, answer, *_: answer.status >= 500)


@bug
def any_4xx_counts_as_refused(patches):
    _refused_where(patches, "outcome_of", lambda _found, _write, answer, *_: 400 <= answer.status < 500)


@bug
def garbage_counts_as_refused(patches):
    _refused_where(
        patches, "outcome_of", lambda _found, _write, answer, *_: outcome.opened(answer.body) is None
    )


@bug
def the_gate_is_open(patches):
    patches.put(RateGate, "ready_at", lambda _gate, now_ms, **_named: now_ms)


@bug
def calls_count_when_they_wait(patches):
    """As it was before simulations showed it."""

    def made(is_sent):
        async def counted(worker, command):
            worker.gate.take(worker.clock.now_ms(), is_exit=True)
            return await is_sent(worker, command)

        return counted

    patches.around(OrderWorker, "_is_sent", made)
    patches.put(RateGate, "reserve", lambda _gate, **_named: None)
    patches.put(RateGate, "let_go", lambda _gate, **_named: None)
    patches.put(RateGate, "leave", lambda _gate, _now_ms, **_named: None)


@bug
def entry_prices_are_off_the_tick(patches):
    patches.around(entries, "marketable_price", lambda price: lambda *given: price(*given) + 1)


@bug
def exit_prices_are_off_the_tick(patches):
    patches.around(exits, "marketable_price", lambda price: lambda *given: price(*given) + 1)


@bug
def the_freeze_quantity_is_ignored(patches):
    patches.put(Instrument, "slices", lambda _instrument, quantity: (quantity,))
