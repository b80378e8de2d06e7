"""Adds to the wheel what lies outside core/: the house model, and the versions an engine is installed with."""

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


setup(cmdclass={"build_py": BuildWithAssets})
