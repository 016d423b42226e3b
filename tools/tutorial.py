"""Runs the commands of docs/tutorial.md and writes what they print into it: `make tutorial`.

In the page a block of `sh` is run and the block of `text` after it is what it printed. Lines that start with
`tandem` go to `tell`, which is the installed program here and the same program in process in the test.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tandem.cli import output
from tandem.cli.start import program

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tutorial.md"
BLOCKS = re.compile(r"```sh\n(?P<sh>.*?)```\n(?:\n```text\n(?P<text>.*?)```\n)?", re.DOTALL)
Tell = Callable[[list[str], Path], tuple[str, int]]


def installed(words: list[str], folder: Path) -> tuple[str, int]:
    """The program as it is installed, in a process of its own."""
    program = Path(sys.executable).with_name("tandem")
    ran = _run([str(program), *words], folder)
    return ran.stdout, ran.returncode


def in_process(words: list[str], folder: Path) -> tuple[str, int]:
    """The same program in this process: what it prints and how it ends."""
    before, written = Path.cwd(), io.StringIO()
    consoles = output.OUT, output.ERR
    os.chdir(folder)
    try:
        for name in ("OUT", "ERR"):
            setattr(output, name, output.Console(file=written, width=output.PIPED, highlight=False))
        with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
            try:
                code = program()(words, standalone_mode=True)
            except SystemExit as ended:
                code = ended.code
    finally:
        os.chdir(before)
        output.OUT, output.ERR = consoles
    return written.getvalue(), int(code or 0)


def steps(page: str, tell: Tell, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Each block run in order: (the commands, what the page says they print, what they print)."""
    where = folder
    for block in BLOCKS.finditer(page):
        printed, script = "", ""
        for line in (*block["sh"].splitlines(), "tandem"):
            if not line.startswith("tandem"):
                script += line + "\n"
                continue
            said, where = _shell(script, where)
            printed, script = printed + said, ""
            if line != "tandem":
                said, code = tell(shlex.split(line)[1:], where)
                if code not in (0, 1):
                    raise SystemExit(f"{line} ended with {code}:\n{said}")
                printed += said
        yield block["sh"], block["text"] or "", tidy(printed)


def tidy(text: str) -> str:
    """Output without the blanks at the ends of lines and of the whole."""
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n") + "\n" if text.strip() else ""


def alike(text: str) -> str:
    """Output without what differs between runs: durations, and ids of 15 digits and more."""
    return re.sub(r"\d{15,}", "ID", re.sub(r"\d+\.\d s\b", "0.0 s", text))


def _shell(script: str, folder: Path) -> tuple[str, Path]:
    """Run a script; what it printed, and the folder it ended in."""
    if not script.strip():
        return "", folder
    ran = _run(["sh", "-e", "-c", f"{script}\necho; pwd"], folder)
    if ran.returncode:
        raise SystemExit(f"{script}\nended with {ran.returncode}:\n{ran.stdout}")
    said, _, where = ran.stdout.rstrip("\n").rpartition("\n")
    return said, Path(where)


def _run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def main() -> None:
    """Write the page again with what its commands print now."""
    page = PAGE.read_text()
    with tempfile.TemporaryDirectory() as folder:
        found = iter(list(steps(page, installed, Path(folder).resolve())))

    def written(block: re.Match[str]) -> str:
        commands, _, printed = next(found)
        return f"```sh\n{commands}```\n" + (f"\n```text\n{printed}```\n" if printed else "")

    PAGE.write_text(BLOCKS.sub(written, page))


if __name__ == "__main__":
    main()
