import pytest

from trading_bot.commands.arguments import parse_arguments
from trading_bot.domain.errors import SettingsError
from trading_bot.report.alert_answers import AlertAnswer

TAKEN = AlertAnswer(channel="alerts 1 (tgram)", why_not="")
REFUSED = AlertAnswer(channel="alerts 2 (mailtos)", why_not="answered 535")


@pytest.fixture
def run(desk):
    (desk.folder / ".env").write_text("ALERT_URL_1=tgram://a/1\nALERT_URL_2=mailtos://x.in\n")
    (desk.folder / ".env").chmod(0o600)

    def run(words, *answers):
        desk.backend.answers["test_alerts"] = answers
        arguments, function = parse_arguments(words.split())
        return function(arguments, desk.context)

    return run


def test_each_channel_says_whether_it_took_the_test(run, desk):
    assert run("alerts test", TAKEN, REFUSED) == 1
    assert desk.written == ["alerts 1 (tgram)    taken\nalerts 2 (mailtos)  NOT TAKEN: answered 535"]


def test_all_taken_is_success(run, desk):
    assert run("alerts test", TAKEN) == 0
    assert desk.backend.questions == [("test_alerts", "test: this channel takes alerts", "info", None)]


def test_one_channel_can_be_tried_alone(run, desk):
    assert run("alerts test --channel 2", TAKEN) == 0
    assert desk.backend.questions[0][-1] == 2


def test_a_channel_that_is_not_set_is_an_error(run):
    with pytest.raises(SettingsError, match=r"--channel 3: ALERT_URL_3 is not set; there is 1, 2"):
        run("alerts test --channel 3")


def test_without_any_channel_there_is_nothing_to_test(run, desk):
    (desk.folder / ".env").write_text("")

    with pytest.raises(SettingsError, match="put an address into ALERT_URL_1"):
        run("alerts test")


def test_a_message_of_somebody_elses_is_sent_as_urgent_as_it_says(run, desk):
    run("alerts send dead", TAKEN)
    run("alerts send dead --level warning", TAKEN)

    assert [question[1:] for question in desk.backend.questions] == [
        ("dead", "critical", None),
        ("dead", "warning", None),
    ]
