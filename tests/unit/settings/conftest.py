"""A project folder of one's own, and settings read from it."""

from pathlib import Path

import pytest

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.load import LoadedSettings, Places, load_settings


class Project:
    """A folder with `.env` and config/, and an environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        (folder / "config").mkdir()

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def load(self, config_file=None, overrides=None, *, is_lenient=False) -> LoadedSettings:
        places = Places(
            folder=self.folder,
            config_file=config_file,
            environment=self.environment,
            overrides=overrides or {},
        )
        return load_settings(places, is_lenient=is_lenient)

    def error(self) -> str:
        with pytest.raises(SettingsError) as caught:
            self.load()
        return str(caught.value)


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)
