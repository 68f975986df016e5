from tests.fakes.dashboard import Clock
from trading_bot.web.panic_codes import PanicCodes


def test_a_code_works_once():
    codes = PanicCodes(Clock())
    code = codes.prepare("one")

    assert codes.spend("one", code)
    assert not codes.spend("one", code)


def test_a_code_works_for_the_one_who_asked_only():
    codes = PanicCodes(Clock())
    code = codes.prepare("one")

    assert not codes.spend("other", code)
    assert codes.spend("one", code)


def test_a_wrong_try_spends_the_code():
    codes = PanicCodes(Clock())
    code = codes.prepare("one")

    assert not codes.spend("one", "wrong é")
    assert not codes.spend("one", code)


def test_nobody_who_prepared_nothing_can_guess_the_empty_code():
    assert not PanicCodes(Clock()).spend("one", "")


def test_a_code_is_void_after_half_a_minute():
    clock = Clock()
    codes = PanicCodes(clock)
    early, late = codes.prepare("early"), codes.prepare("late")

    clock.now_s += 30
    assert codes.spend("early", early)
    clock.now_s += 0.1
    assert not codes.spend("late", late)


def test_a_new_code_voids_the_old_one():
    codes = PanicCodes(Clock())
    old, new = codes.prepare("one"), codes.prepare("one")

    assert old != new
    assert not codes.spend("one", old)


def test_codes_are_bounded():
    """V22."""
    codes = PanicCodes(Clock())
    for number in range(150):
        codes.prepare(str(number))

    assert len(codes._codes) == 100
