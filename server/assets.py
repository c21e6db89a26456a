"""The built front end as the server sees it: where its files lie, what they are called today, which words they say."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SERVER: Final = Path(__file__).parent
WITHIN_THE_WHEEL: Final = SERVER / "_static"
WITHIN_THE_TREE: Final = SERVER.parent / "static" / "dist"


class NotBuilt(Exception):
    """There is no front end to serve; the sentence says how to build it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"The front end is not built ({folder.name}): run `python -m deploy.build_front`.")


class Assets:
    """Names in, addresses out: `url("pages/my-day.js")` is `/static/my-day-1a2b3c4d5e.js`, safe to keep for ever."""

    def __init__(self, folder: Path, prefix: str = "/static/") -> None:
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
        except FileNotFoundError:
            raise NotBuilt(folder) from None
        self.folder = folder
        self.prefix = prefix
        self._files: Mapping[str, str] = manifest["files"]
        self._words: Mapping[str, list[str]] = manifest["words"]

    def url(self, name: str) -> str:
        """The address of a built file, with the hash of its content in it; `KeyError` if nothing is built so."""
        return self.prefix + self._files[name]

    def words(self, script: str) -> tuple[str, ...]:
        """The English sources that this script says: the share of the catalogue that its page must carry."""
        return tuple(self._words[script])


def built() -> Assets:
    """The front end of the wheel, or of the working tree that this installation points to."""
    return Assets(WITHIN_THE_WHEEL if (WITHIN_THE_WHEEL / "manifest.json").is_file() else WITHIN_THE_TREE)
