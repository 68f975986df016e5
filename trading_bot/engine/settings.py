"""How often the engine looks, and how long it waits before it believes."""

from typing import Annotated

from pydantic import Field

from trading_bot.domain.section import Ratio, Section

Seconds = Annotated[int, Field(ge=1, le=3_600)]


class EngineSettings(Section):
    """Times in seconds of session time."""

    order_poll_s: Annotated[Seconds, Field(description="Between two reads of the order book and trades")] = 10
    position_poll_s: Annotated[Seconds, Field(description="Between two reads of the positions")] = 30
    account_poll_s: Annotated[Seconds, Field(description="Between two reads of the funds")] = 60
    settle_s: Annotated[
        Seconds, Field(description="After sending, how long an order may stay invisible before it is absent")
    ] = 30
    absent_reads_apart_s: Annotated[
        Seconds, Field(description="Between the two complete reads that prove an absence")
    ] = 5
    change_settle_s: Annotated[
        Seconds, Field(description="After asking for a change, when a read that shows the old terms counts")
    ] = 5
    missing_row_s: Annotated[
        Seconds,
        Field(
            description="How long a row that the broker has stopped showing makes its order book incomplete"
        ),
    ] = 60
    unseen_s: Annotated[
        Seconds,
        Field(description="After a stop was accepted, when a read that does not show it resting counts"),
    ] = 5
    unprotected_s: Annotated[
        Seconds,
        Field(description="Without a confirmed stop while all answers, when to page and close the trade"),
    ] = 5
    unprotected_degraded_s: Annotated[
        Seconds, Field(description="The same while the broker or the feed does not answer")
    ] = 30
    fill_settle_s: Annotated[
        Seconds,
        Field(
            description="How long trades of reported fills may be missing before the average price stands in"
        ),
    ] = 10
    stop_grace_s: Annotated[
        Seconds, Field(description="After the stop price traded, how long the broker's stop has to fill")
    ] = 2
    feed_silence_s: Annotated[
        Seconds, Field(description="Without any message in continuous trading, when the feed counts as lost")
    ] = 15
    index_silence_s: Annotated[
        Seconds, Field(description="The same where an index is watched, which speaks every second")
    ] = 5
    gap_refill_s: Annotated[
        Seconds, Field(description="Silence of the feed after which candles are fetched from history anew")
    ] = 60
    clock_warn_ms: Annotated[
        int,
        Field(ge=1, le=60_000, description="Milliseconds between frames and our time that are worth a word"),
    ] = 100
    clock_offset_ms: Annotated[
        int, Field(ge=1, le=600_000, description="The same, from when on nothing is entered")
    ] = 1_000
    suspect_move: Annotated[
        float,
        Field(gt=0, le=0.5, description="Jump between two ticks that needs a second one to be believed"),
        Ratio("0.005", "0.3"),
    ] = 0.1
    reject_storm: Annotated[
        int, Field(ge=1, le=100, description="Rejections in a minute that halt entries")
    ] = 5
    entry_queue_s: Annotated[
        Seconds, Field(description="How long an entry may wait for the rate gate before it is let go")
    ] = 5
    record_inputs: Annotated[bool, Field(description="Whether every input is kept for an exact replay")] = (
        False
    )
