import pytest

from trading_bot.simulator.server.session.pacing import Pace, PacedClient, Pacing

START = 1_000_000
HOLD = START + 10_000
OPEN = HOLD + 10_000


class Wall:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def wall() -> Wall:
    return Wall()


def pacing(wall: Wall, **changes) -> Pacing:
    pace = {
        "start_ms": START, "speed": 10.0, "hold_ms": HOLD, "close_ms": START + 3_600_000, "lead_ms": 1_000,
        "pong_wait_s": 5.0, "first_client_wait_s": 60.0, "lost_client_wait_s": 30.0,
    }  # fmt: skip
    return Pacing(Pace(**(pace | changes)), wall)


def joined(clock: Pacing) -> PacedClient:
    client = PacedClient()
    clock.join(client)
    return client


def test_session_time_is_wall_time_times_speed(wall):
    clock = pacing(wall)
    joined(clock)

    wall.now_s = 2

    assert clock.advance(OPEN * 2) == START + 20_000


def test_the_clock_stops_at_the_ceiling_and_loses_the_rest(wall):
    clock = pacing(wall)
    joined(clock)
    wall.now_s = 100
    clock.advance(START + 500)

    wall.now_s = 101

    assert clock.advance(OPEN * 2) == START + 500 + 10_000


def test_speed_zero_jumps_to_the_ceiling(wall):
    clock = pacing(wall, speed=0.0)
    joined(clock)

    assert clock.advance(OPEN + 7) == OPEN + 7
    assert clock.wait_s(OPEN + 8) == 0


def test_without_a_subscription_the_clock_holds_before_the_open(wall):
    clock = pacing(wall)
    wall.now_s = 30

    assert clock.advance(OPEN) == HOLD
    assert clock.wait_s(OPEN) == 30


def test_the_hold_ends_after_its_wall_limit(wall):
    clock = pacing(wall)
    wall.now_s = 59
    clock.advance(OPEN)

    wall.now_s = 61

    assert clock.advance(OPEN) == OPEN


def test_a_request_in_hand_stops_the_clock(wall):
    clock = pacing(wall)
    joined(clock)

    with clock.request_in_hand():
        wall.now_s = 5
        assert clock.advance(OPEN) == START
    wall.now_s = 5.5

    assert clock.advance(OPEN) == START + 5_000


def test_an_unanswered_frame_limits_the_lead(wall):
    clock = pacing(wall)
    client = joined(clock)
    client.frame_sent(START)
    assert client.next_ping(wall.now_s) == 1

    wall.now_s = 3

    assert clock.advance(OPEN) == START + 1_000


def test_while_orders_move_the_lead_is_a_frame(wall):
    clock = pacing(wall)
    client = joined(clock)
    client.frame_sent(START)
    client.next_ping(wall.now_s)
    clock.is_close = True

    wall.now_s = 3

    assert clock.advance(OPEN) == START + 200


def test_a_pong_releases_the_frames_before_its_ping_only(wall):
    clock = pacing(wall)
    client = joined(clock)
    client.frame_sent(START)
    client.next_ping(wall.now_s)
    client.frame_sent(START + 600)
    client.frame_sent(START + 900)
    assert client.next_ping(wall.now_s) is None

    assert client.pong(1)
    wall.now_s = 3

    assert clock.advance(OPEN) == START + 1_600
    assert client.next_ping(wall.now_s) == 2


def test_a_pong_to_an_older_ping_says_nothing(wall):
    client = joined(pacing(wall))
    client.frame_sent(START)
    client.next_ping(0.0)

    assert not client.pong(7)
    assert client.oldest_open_ms == START


def test_a_silent_client_is_let_go_counted_and_taken_back(wall):
    clock = pacing(wall)
    client = joined(clock)
    client.frame_sent(START)
    client.next_ping(wall.now_s)
    wall.now_s = 1
    assert clock.advance(OPEN * 2) == START + 1_000
    assert clock.wait_s(OPEN * 2) == 4

    wall.now_s = 6
    assert clock.advance(OPEN * 2) == START + 51_000
    assert clock.clients_let_go == 1

    client.pong(1)
    client.frame_sent(clock.now_ms)
    client.next_ping(wall.now_s)
    wall.now_s = 7
    assert clock.advance(OPEN * 2) == START + 52_000


def test_after_the_last_client_left_the_session_runs_at_1x_for_a_while(wall):
    clock = pacing(wall)
    client = joined(clock)
    clock.leave(client)

    wall.now_s = 10
    assert clock.advance(OPEN * 2) == START + 10_000
    wall.now_s = 30
    clock.advance(OPEN * 2)
    before = clock.now_ms
    wall.now_s = 31

    assert clock.advance(OPEN * 2) == before + 10_000


def test_a_client_that_comes_back_restores_the_speed(wall):
    clock = pacing(wall)
    clock.leave(joined(clock))
    joined(clock)

    wall.now_s = 1

    assert clock.advance(OPEN * 2) == START + 10_000


def test_the_effective_speed_is_measured(wall):
    clock = pacing(wall)
    client = joined(clock)
    client.frame_sent(START)
    client.next_ping(0.0)
    for second in range(4):
        wall.now_s = second
        clock.advance(OPEN)

    assert clock.effective_speed == pytest.approx(1 / 3)


def test_time_for_rate_limits_goes_on_while_the_clock_is_held(wall):
    clock = pacing(wall)
    wall.now_s = 30
    clock.advance(OPEN)
    before = clock.limiter_ms

    wall.now_s = 31
    clock.advance(OPEN)

    assert clock.now_ms == HOLD
    assert clock.limiter_ms == before + 1_000
