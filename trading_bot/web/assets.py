"""The page's files, read once, with their hash in the address so that browsers keep them."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent / "page"
INDEX = "index.html"
IMMUTABLE = "public, max-age=31536000, immutable"
_HASH_LENGTH = 12
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All of them by their path below /static/."""

    files: dict[str, Asset]
    hash: str

    def index(self) -> bytes | None:
        """The page itself, its links leading to the addresses with the hash; None where there is none."""
        asset = self.files.get(INDEX)
        if asset is None:
            return None
        return asset.content.replace(b'"/static/', b'"/static/%s/' % self.hash.encode())

    def find(self, path: str) -> tuple[Asset, bool] | None:
        """The file of an address, and whether the address names its content."""
        first, _, rest = path.partition("/")
        if first == self.hash and rest in self.files:
            return self.files[rest], True
        return (self.files[path], False) if path in self.files else None


def read_assets(folder: Path = PAGE) -> Assets:
    """Read every file of the folder; nothing outside it can be named later."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    files = {
        path.relative_to(folder).as_posix(): Asset(path.read_bytes(), _type_of(path))
        for path in paths
        if path.suffix not in (".py", ".pyc")
    }
    digest = hashlib.sha256()
    for name, asset in files.items():
        digest.update(name.encode() + b"\0" + asset.content)
    return Assets(files, digest.hexdigest()[:_HASH_LENGTH])


def _type_of(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
