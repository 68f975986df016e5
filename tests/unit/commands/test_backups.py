"""What `backup` and `restore` ask for."""

from pathlib import Path

from trading_bot.commands.arguments import parse_arguments


def run(desk, words):
    arguments, command = parse_arguments(words.split())
    return command(arguments, desk.context)


def test_a_backup_goes_where_it_is_told_to(desk):
    assert run(desk, "backup --to /mnt/copies --keep 30") == 0
    assert desk.backend.questions == [("backup", Path("/mnt/copies"), 30)]
    assert desk.written == ["copied"]


def test_without_a_word_it_goes_to_its_usual_place_and_drops_nothing(desk):
    run(desk, "backup")

    assert desk.backend.questions == [("backup", None, None)]


def test_a_restore_tells_what_became_of_it(desk):
    desk.backend.answers["restore"] = "paper.db is back"

    assert run(desk, "restore copies/paper.db") == 0
    assert desk.backend.questions == [("restore", Path("copies/paper.db"))]
    assert desk.written == ["paper.db is back"]
