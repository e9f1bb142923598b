"""Builds in a fresh folder; everything else about the package stands in pyproject.toml.

Left alone, setuptools builds in ``build/`` of the clone, and packs whatever it finds there: a
module that has since been removed or renamed would come back in the next wheel. It also leaves a
``*.egg-info`` there, which Python would take for the installed package's own description wherever
it runs from the clone's root. A folder made anew for each build holds nothing old, and leaves
nothing in the clone.
"""

import atexit
import shutil
import tempfile

from setuptools import setup
from setuptools.command.build import build
from setuptools.command.egg_info import egg_info

FOLDER = tempfile.mkdtemp(prefix="defiller-build-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


class FreshBuild(build):
    """The build command with a temporary ``build_base``."""

    def initialize_options(self) -> None:
        """Set the defaults, the folder among them."""
        super().initialize_options()
        self.build_base = FOLDER


class FreshEggInfo(egg_info):
    """The description of the package, in the same place."""

    def initialize_options(self) -> None:
        """Set the defaults, the folder among them."""
        super().initialize_options()
        self.egg_base = FOLDER


setup(cmdclass={"build": FreshBuild, "egg_info": FreshEggInfo})
