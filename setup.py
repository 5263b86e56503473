"""The one thing that pyproject.toml cannot say: a package for others comes with its built styles and scripts."""

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

sys.path.insert(0, str(Path(__file__).resolve().parent / "deploy"))
import assets


def made() -> None:
    """Build the assets, or end with the reason in words."""
    try:
        assets.build()
    except assets.RefusedError as refused:
        sys.exit(str(refused))


class BuildWithAssets(build_py):
    """For a wheel; an editable install, from which the sources are worked on, builds them by `make`."""

    def run(self) -> None:
        """Begin anew: what an earlier build left in the folder is not of this version."""
        if not self.editable_mode:
            made()
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


class SourcesWithAssets(sdist):
    """A source archive carries the built assets too: whoever builds a wheel from it needs no npm."""

    def run(self) -> None:
        """Build first, then list the files."""
        made()
        super().run()


setup(cmdclass={"build_py": BuildWithAssets, "sdist": SourcesWithAssets})
