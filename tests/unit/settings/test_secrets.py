"""Secrets from files and from systemd: what wins, where it came from, and what is wrong with one."""

import json

import pytest

from trading_bot.settings.show import settings_json, settings_text

SECRET = ("credentials", "api_secret")


@pytest.fixture
def credentials(project):
    """The folder that systemd hands over: `credentials(upstox_api_secret="…")` writes files into it."""
    folder = project.folder / "handed-over"
    folder.mkdir()
    project.environment["CREDENTIALS_DIRECTORY"] = str(folder)

    def write(**secrets: str):
        for name, text in secrets.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write


def secret_of(loaded) -> str:
    return loaded.settings.credentials.api_secret.get_secret_value()


@pytest.mark.parametrize("text", ["canary", "canary\n", "canary\r\n", "  canary \n\n"])
def test_the_end_of_the_line_is_no_part_of_a_secret(project, credentials, text):
    credentials(upstox_api_secret=text)

    assert secret_of(project.load()) == "canary"


def test_a_credential_wins_over_dotenv_and_the_environment_over_it(project, credentials):
    project.write(".env", "UPSTOX_API_SECRET=of-dotenv\n")
    assert secret_of(project.load()) == "of-dotenv"
    credentials(upstox_api_secret="of-systemd")
    assert secret_of(project.load()) == "of-systemd"
    project.environment["UPSTOX_API_SECRET"] = "of-environment"
    assert secret_of(project.load()) == "of-environment"


def test_a_file_wins_where_its_name_would(project):
    path = project.write("secret", "of-file\n")
    project.write(".env", "UPSTOX_API_SECRET=of-dotenv\n")
    project.environment["UPSTOX_API_SECRET_FILE"] = str(path)

    assert secret_of(project.load()) == "of-file"


def test_where_each_secret_came_from_is_shown_and_the_secret_is_not(project, credentials):
    """V18."""
    credentials(upstox_api_secret="canary-1")
    project.environment["UPSTOX_API_KEY_FILE"] = str(project.write("key", "canary-2"))
    project.write(".env", "UPSTOX_ACCESS_TOKEN=canary-3\n")
    loaded = project.load()
    shown = json.loads(settings_json(loaded))

    assert shown["credentials.api_secret"]["origin"] == "systemd credential upstox_api_secret"
    assert shown["credentials.api_key"]["origin"] == "environment UPSTOX_API_KEY_FILE"
    assert shown["credentials.access_token"]["origin"] == ".env:1 UPSTOX_ACCESS_TOKEN"
    assert "canary" not in settings_text(loaded) + settings_json(loaded)
    assert {"canary-1", "canary-2", "canary-3"} == set(loaded.secrets)


def test_a_long_name_and_capitals_mean_the_same_secret(project, credentials):
    credentials(UPSTOX_API_KEY="key", trading_bot__credentials__api_secret="secret")

    assert secret_of(project.load()) == "secret"
    assert project.load().settings.credentials.api_key.get_secret_value() == "key"


def test_files_of_others_in_the_folder_are_left_alone(project, credentials):
    folder = credentials(tls_key="somebody's")
    (folder / "more").mkdir()

    assert project.load().secrets == ()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("upstox_api_secret", "\n", "systemd credential: upstox_api_secret: the file is empty"),
        ("upstox_api_secret", "canary\ncanary", "the file holds more than one line"),
        ("upstox_api_secert", "canary", "no such setting\n    fix: did you mean UPSTOX_API_SECRET?"),
        ("base_capital", "4000", "is no secret: it belongs into .env or config/local.toml"),
    ],
)
def test_a_wrong_credential_is_explained(project, credentials, name, text, expected):
    """Fault 111."""
    credentials(**{name: text})
    error = project.error()

    assert expected in error
    assert "canary" not in error


def test_a_folder_that_is_not_there_is_told(project):
    project.environment["CREDENTIALS_DIRECTORY"] = str(project.folder / "nowhere")

    assert "CREDENTIALS_DIRECTORY" in project.error()
    assert "No such file" in project.error()


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        (None, 0, "cannot be read: No such file or directory"),
        ("", 0o600, "the file is empty"),
        (" \n", 0o600, "the file is empty"),
        ("canary\nmore", 0o600, "the file holds more than one line"),
    ],
)
def test_a_wrong_secret_file_is_explained(project, text, mode, expected):
    """Fault 111."""
    path = project.folder / "secret"
    if text is not None:
        project.write("secret", text, mode)
    project.environment["UPSTOX_API_SECRET_FILE"] = str(path)
    error = project.error()

    assert f"environment: UPSTOX_API_SECRET_FILE = {path}: {expected}" in error
    assert "put the secret alone into that file" in error
    assert "canary" not in error


def test_a_secret_file_that_is_no_text_is_explained(project):
    path = project.folder / "secret"
    path.write_bytes(b"\xff\xfe\x00")
    project.environment["UPSTOX_API_SECRET_FILE"] = str(path)

    assert "cannot be read: not a text file" in project.error()


def test_a_secret_file_that_cannot_be_read_is_explained(project):
    """A folder in its place: the superuser, who runs tests in containers, may read every file."""
    project.environment["UPSTOX_API_SECRET_FILE"] = str(project.folder)

    assert "cannot be read: Is a directory" in project.error()


@pytest.mark.parametrize("source", ["environment", "dotenv"])
def test_a_secret_file_that_every_user_can_read_is_warned_about(project, source):
    """Fault 116: and it is used."""
    path = project.write("secret", "canary\n", 0o644)
    if source == "environment":
        project.environment["UPSTOX_API_SECRET_FILE"] = str(path)
    else:
        project.write(".env", f"UPSTOX_API_SECRET_FILE={path}\n")
    loaded = project.load()
    (warning,) = loaded.warnings

    assert warning.endswith(f"every user of this machine can read {path}: chmod 600 {path}")
    assert secret_of(loaded) == "canary"


def test_a_secret_file_of_its_owner_alone_is_not_warned_about(project):
    project.environment["UPSTOX_API_SECRET_FILE"] = str(project.write("secret", "canary\n", 0o600))

    assert project.load().warnings == ()
