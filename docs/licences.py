"""``make licences``: docs/licences.md, the licences of everything that an installation brings; ``--check`` compares.

Reads the packages of this environment. One whose licence is not known to go with Apache-2.0 stops the command until
``USES`` says how it is used and why that is fine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
OWN = "llm-study-assistant"
UNLISTED = {"test", "llm"}  # tools of developers; a server that is started beside the program
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|0BSD|BSL-1.0|Zlib|CC0|CNRI-Python|HPND|Unlicense|Public Domain"
)
MPL = "MPL-2.0 covers its own files, which are used unmodified"
USES = {
    "certifi": MPL,
    "orjson": MPL,
    "tqdm": MPL,
    "docutils": "what is installed is in the public domain or BSD; under the GPL is an Emacs mode in its sources only",
    "frozendict": "LGPL-3.0; comes with genanki and stays a package of its own, unmodified, that anyone may replace; "
    "no part of it is copied into ours",
}
HEAD = """\
# Licences of what is installed / 依赖的许可证

Written by `make licences` from the packages themselves; `make audit` compares it again. The project is Apache-2.0.
Every package below is used unmodified, as a package of its own. Packages under a licence with conditions say how they
are used.

Wheels of numpy, scipy and faiss hold compiled libraries: OpenBLAS (BSD), libgfortran and libgomp (GPL-3.0 with the GCC
runtime library exception), libquadmath (LGPL-2.1 or later). They are loaded as shared libraries, are not changed, and
their licences stand in the wheels. A container image passes all of it on, with those licence files in place.

由 `make licences` 生成。本项目采用 Apache-2.0；下列软件包都未经修改、作为独立软件包使用，带条件的许可证注明了使用方式。
"""


def main() -> None:
    """Writes the page; ``--print`` prints it, ``--check`` says whether it is what would be written."""
    page = "\n".join(lines(read_extras()))
    if "--print" in sys.argv[1:]:
        sys.stdout.write(page)
    elif "--check" not in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        sys.exit("error: docs/licences.md is not what the installed packages say; write it again with: make licences")


def read_extras() -> dict[str, list[str]]:
    """Returns what the project requires: under "" always, then by extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: wanted for extra, wanted in extras.items() if extra not in UNLISTED}


def lines(extras: dict[str, list[str]]) -> Iterator[str]:
    """Yields the page; a package that comes with every installation is not told again with an extra."""
    yield HEAD
    licences, told = read_licences(), set[str]()
    for extra, wanted in extras.items():
        names = set[str]()
        for requirement in wanted:
            gather(requirement, names)
        yield f"## {f'With the extra `{extra}`' if extra else 'Always'}\n"
        yield "| package | licence | |\n|---|---|---|"
        for name in sorted(names - told - {OWN}):
            yield row(name, licences[name])
        yield ""
        told |= names if not extra else set()


def gather(requirement: str, names: set[str]) -> None:
    """Adds what a requirement brings, and what that brings, by the metadata of the installed packages."""
    wanted = Requirement(requirement)
    name = canonicalize_name(wanted.name)
    if wanted.marker and not any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
        return
    if name == OWN:
        for extra in wanted.extras:
            for further in read_extras()[extra]:
                gather(further, names)
        return
    if name in names:
        return
    names.add(name)
    try:
        further = requires(name) or []
    except PackageNotFoundError:
        sys.exit(f"error: {name} is not installed; run `make test` once, which installs every extra that is listed")
    for line in further:
        marker = Requirement(line).marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
            gather(line.partition(";")[0], names)


def read_licences() -> dict[str, str]:
    """Returns the licence of every installed package, as pip-licenses finds it."""
    command = [sys.executable, "-m", "piplicenses", "--from=mixed", "--with-system", "--format=json"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return {canonicalize_name(one["Name"]): re.sub(r"\s+", " ", one["License"].split("\n")[0]) for one in found}


def row(name: str, licence: str) -> str:
    """Returns a line of the table.

    Raises:
        SystemExit: It is not known that the licence may stand beside Apache-2.0.
    """
    parts = [part for part in re.split(r"; | AND ", licence) if not PERMISSIVE.search(part)]
    if parts and name not in USES:
        sys.exit(f"error: {name} is under {licence!r}; find out whether that goes with Apache-2.0 and say it in USES")
    return f"| {name} | {licence} | {USES.get(name, '')} |"


if __name__ == "__main__":
    main()
