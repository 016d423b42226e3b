"""What some tests need from the machine beside Python: Java, PostgreSQL, a browser, axe-core, R, real data.

`python tests/machine.py missing` prints the names of what is absent and can be installed, one a line; set-up
reads it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OLDEST_JAVA = 17


def java_home() -> Path | None:
    """The home of a Java runtime, version 17 or newer: JAVA_HOME, else PATH, else the usual folders."""
    on_path = shutil.which("java")
    candidates = [
        Path(os.environ["JAVA_HOME"]) if os.environ.get("JAVA_HOME") else None,
        Path(on_path).resolve().parent.parent if on_path else None,
        *sorted(Path("/usr/lib/jvm").glob("java-*-openjdk*")),
        *(Path(root, "opt", name) for root in ("/opt/homebrew", "/usr/local") for name in _BREWED),
    ]
    return next((home for home in candidates if home and _java_version(home) >= OLDEST_JAVA), None)


_BREWED = ("openjdk@17", "openjdk@21", "openjdk")


def _java_version(home: Path) -> int:
    java = home / "bin" / "java"
    if not java.exists():
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found.group(1)) if found else 0


def postgresql_bin() -> Path | None:
    """The newest folder that holds `initdb` and `pg_ctl`, in PATH or where Debian and Homebrew put it."""
    on_path = shutil.which("initdb")
    candidates = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True),
        *([Path(on_path).resolve().parent] if on_path else []),
        *sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), reverse=True),
        *sorted(Path("/usr/local/opt").glob("postgresql@*/bin"), reverse=True),
    ]
    return next((c for c in candidates if (c / "initdb").exists() and (c / "pg_ctl").exists()), None)


_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ON_A_MAC = ("Google Chrome", "Chromium")


def chromium() -> Path | None:
    """Chromium or Chrome: in PATH, among the programs of a Mac, or where playwright puts its own."""
    on_path = (shutil.which(name) for name in _BROWSERS)
    homes = (Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright")
    candidates = [
        *(Path(found) for found in on_path if found),
        *(Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in _ON_A_MAC),
        *(found for home in homes for found in sorted(home.glob("chromium-*/chrome-linux*/chrome"))),
        *(
            found
            for home in homes
            for found in sorted(home.glob("chromium-*/chrome-mac*/*.app/Contents/MacOS/*"))
        ),
    ]
    return next((found for found in candidates if found.exists()), None)


NPM_FOLDER = Path(__file__).parent / "browser"


def axe_core() -> Path | None:
    """The script of axe-core, if the version that package-lock.json pins is installed."""
    home = NPM_FOLDER / "node_modules" / "axe-core"
    if not (home / "axe.min.js").exists():
        return None
    pinned = json.loads((NPM_FOLDER / "package-lock.json").read_text())["packages"]["node_modules/axe-core"]
    installed = json.loads((home / "package.json").read_text())
    return home / "axe.min.js" if installed["version"] == pinned["version"] else None


_R_LIBRARIES = ("/usr/local/lib/R/site-library", "/usr/lib/R/site-library", "/usr/lib/R/library")
_R_PACKAGES = ("survey", "MASS")


def r_survey() -> Path | None:
    """Rscript, if R's package `survey` stands in its libraries, with MASS, which calibration asks for."""
    program = shutil.which("Rscript")
    named = os.environ.get("R_LIBS", "").split(os.pathsep)
    libraries = [Path(name) for name in (*named, *_R_LIBRARIES) if name]
    if program:
        libraries.append(Path(program).resolve().parents[1] / "lib" / "R" / "library")
    there = all(any((library / package).is_dir() for library in libraries) for package in _R_PACKAGES)
    return Path(program) if program and there else None


def shared_data() -> Path | None:
    """The folder of real data files: data/ of TANDEM_SHARED, or of the folder `shared` beside the checkout."""
    named = os.environ.get("TANDEM_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    return folder / "data" if (folder / "data").is_dir() else None


@dataclass(frozen=True)
class Need:
    """A part of the machine that the tests with one marker need, where it is found, and how to get it.

    `required`: a CI run without it fails. `installable`: set-up can get it.
    """

    marker: str
    name: str
    words: str
    how: str
    find: Callable[[], Path | None]
    required: bool = True
    installable: bool = True


NEEDS = (
    Need(
        "spark",
        "jdk",
        "a Java runtime, version 17 or newer",
        "Debian: apt-get install openjdk-17-jre-headless · macOS: brew install openjdk@17",
        java_home,
    ),
    Need(
        "postgres",
        "postgresql",
        "PostgreSQL's own programs (initdb, pg_ctl)",
        "Debian: apt-get install postgresql · macOS: brew install postgresql@17",
        postgresql_bin,
    ),
    Need(
        "browser",
        "chromium",
        "Chromium or Chrome",
        "Debian: apt-get install chromium · macOS: brew install --cask chromium"
        " · elsewhere: .venv/bin/playwright install chromium",
        chromium,
    ),
    Need(
        "axe",
        "axe-core",
        "axe-core, which npm installs",
        "Debian: apt-get install npm · macOS: brew install node",
        axe_core,
    ),
    Need(
        "r",
        "r-survey",
        "R with its package survey, which checks the statistics of surveys",
        "Debian: apt-get install r-cran-survey r-cran-mass"
        " · macOS: brew install r, then Rscript -e 'install.packages(\"survey\")'",
        r_survey,
    ),
    Need(
        "shared",
        "real data",
        "real data files that are no part of the project",
        "put the folder of data beside the checkout as `shared`, or name it: TANDEM_SHARED=/path/to/it",
        shared_data,
        # A clone has no such folder, and may pass without it. Who names one means it to be used.
        required="TANDEM_SHARED" in os.environ,
        installable=False,
    ),
)


def missing() -> tuple[Need, ...]:
    """The needs that this machine does not meet."""
    return tuple(need for need in NEEDS if need.find() is None)


if __name__ == "__main__" and sys.argv[1:] == ["missing"]:
    sys.stdout.writelines(f"{need.name}\n" for need in missing() if need.installable)
