"""The strictest of what overlays ask for."""

from hypothesis import given
from hypothesis import strategies as st

from trading_bot.risk.overlays.adjustment import NEUTRAL, Spoken, demands, strictest
from trading_bot.risk.overlays.settings import Tightening

_RULES = st.builds(
    Tightening,
    tighten_threshold=st.floats(0, 1),
    size_factor=st.floats(0.01, 1),
    stop_factor=st.floats(1, 5),
    leverage_factor=st.floats(0.01, 1),
    no_entries=st.booleans(),
)
_WORDS = st.lists(
    st.builds(Spoken, overlay=st.sampled_from(["vix", "events"]), reason=st.text(), rule=_RULES)
)


def _said(**rule) -> Spoken:
    return Spoken(overlay="vix", reason="because", rule=Tightening(**rule))


@given(_WORDS)
def test_no_words_together_ask_for_less_than_each_of_them(words):
    asked = strictest(words)

    for word in words:
        assert asked.threshold_raise >= word.rule.tighten_threshold
        assert asked.size_factor <= word.rule.size_factor
        assert asked.stop_factor >= word.rule.stop_factor
        assert asked.leverage_factor <= word.rule.leverage_factor
        assert asked.refusal is not None or not word.rule.no_entries


@given(_WORDS)
def test_nothing_is_ever_loosened(words):
    asked = strictest(words)

    assert asked.threshold_raise >= 0
    assert 0 < asked.size_factor <= 1
    assert asked.stop_factor >= 1
    assert 0 < asked.leverage_factor <= 1


@given(_WORDS)
def test_the_order_of_words_changes_no_demand(words):
    forward, backward = strictest(words), strictest(words[::-1])

    for demand in ("threshold_raise", "size_factor", "stop_factor", "leverage_factor"):
        assert getattr(forward, demand) == getattr(backward, demand)
    assert (forward.refusal is None) == (backward.refusal is None)


def test_a_rule_that_could_loosen_does_not_even_when_nobody_validated_it():
    loose = Tightening.model_construct(
        tighten_threshold=-1.0, size_factor=3.0, stop_factor=0.1, leverage_factor=9.0, no_entries=True
    )

    asked = strictest([Spoken(overlay="vix", reason="", rule=loose)])

    assert (asked.threshold_raise, asked.size_factor, asked.stop_factor, asked.leverage_factor) == (
        0,
        1,
        1,
        1,
    )


def test_of_two_overlays_the_stricter_demand_counts_for_each_single_figure():
    asked = strictest([_said(size_factor=0.5, stop_factor=1.2), _said(size_factor=0.8, stop_factor=2)])

    assert (asked.size_factor, asked.stop_factor) == (0.5, 2)


def test_neutral_asks_for_nothing_at_all():
    assert (NEUTRAL.threshold_raise, NEUTRAL.size_factor) == (0, 1)
    assert (NEUTRAL.stop_factor, NEUTRAL.leverage_factor) == (1, 1)


def test_a_word_without_a_demand_is_no_word():
    assert strictest([_said()]) is NEUTRAL
    assert strictest([]).is_neutral


def test_the_first_refusal_is_the_one_that_is_named():
    first, second = (
        _said(no_entries=True),
        Spoken(overlay="events", reason="", rule=Tightening(no_entries=True)),
    )

    assert strictest([_said(size_factor=0.5), first, second]).refusal is first


def test_each_single_demand_makes_a_rule_speak():
    for rule in (
        {"tighten_threshold": 0.1},
        {"size_factor": 0.9},
        {"stop_factor": 1.1},
        {"leverage_factor": 0.9},
        {"no_entries": True},
    ):
        assert not Tightening(**rule).is_neutral, rule


def test_demands_are_told_with_their_numbers():
    rule = Tightening(
        tighten_threshold=0.1, size_factor=0.5, stop_factor=1.5, leverage_factor=0.25, no_entries=True
    )

    assert demands(rule) == "no entries, threshold +0.1, size x0.5, stop x1.5, leverage x0.25"
    assert demands(Tightening()) == "nothing"
