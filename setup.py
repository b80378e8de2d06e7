"""Adds to the wheel what lies outside core/: the house model, grades, the Resolve scripts, and an engine's exact versions."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithAssets(build_py):
    """Also fills rushes/assets; an editable install reads the checkout's own assets/ instead."""

    def run(self):
        super().run()
        if self.editable_mode:
            return
        assets = Path(self.build_lib, "rushes", "assets")
        shutil.copytree(ROOT / "assets/house_model", assets / "house_model", dirs_exist_ok=True)
        shutil.copyfile(ROOT / "constraints/install.txt", assets / "constraints.txt")
        no_script = shutil.ignore_patterns("__pycache__", "*.py")
        shutil.copytree(ROOT / "assets/grades", assets / "grades", ignore=no_script, dirs_exist_ok=True)
        left_out = shutil.ignore_patterns("__pycache__", "*.py[co]")
        scripts = Path(self.build_lib, "resolve_scripts")
        shutil.copytree(ROOT / "resolve_scripts", scripts, ignore=left_out, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithAssets})
