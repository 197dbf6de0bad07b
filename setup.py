"""What pyproject.toml cannot say: every package of the program ships, and of ``models`` and ``instances`` no Python.

The folder of instances also holds the scripts that build them; as a package it would ship those too.
"""

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

DATA = ["allocator.models", "allocator.instances"]
"""Folders of data beside the program; ``package-dir`` in pyproject.toml says where they are."""


class BuildWithoutScripts(build_py):
    """Takes the data of ``DATA`` and none of the modules there."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Modules of a package as (package, module, file)."""
        return [] if package in DATA else super().find_package_modules(package, package_dir)


setup(
    packages=[*find_packages(include=["allocator", "allocator.*"]), *DATA], cmdclass={"build_py": BuildWithoutScripts}
)
