"""Look for weak spots: bandit on our code, secrets in every file that git keeps, pip-audit on what is pinned.

`make scan`. Every exclusion stands here with its reason. pip-audit asks a service on the network; where none answers
the last line says that it was not run, for a scan that did not happen is not a scan that found nothing.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BANDIT_SKIPS = {
    "B101": "assert: states what a type checker cannot see; nothing is guarded by one",
    "B105": "names of variables taken for passwords; secrets are looked for below, by their form",
    "B311": "random: seeded simulation of the demo; secrets come from `secrets`, which the house tests hold",
    "B314": "XML that is parsed is SVG that our own charts have just drawn, and it has no document type",
    "B404": "subprocess is imported: jobs and builds are processes of their own",
    "B405": "as B314",
    "B603": "subprocess without a shell, with a list of our own words: what this rule asks for",
    "B604": "`shell` is the frame around a page, an argument of a template",
    "B606": "`serve` goes on as a fresh process of itself, by its own path",
    "B607": "a program by its name: make, git and the like, found as the user set it up",
    "B608": "SQL in a text: bandit takes messages for queries; queries are trees, printed by the engine alone",
    "B704": "markup of our own charts, whose texts are escaped where they are drawn; tests plant scripts there",
}
SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "AWS key": r"\b(AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36,}\b",
    "Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "Stripe key": r"\b[sr]k_live_[0-9A-Za-z]{16,}",
    "key of our own": r"\btdm_[A-Za-z0-9_-]{32,}",
    "signed web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "password in an address": r"\b[a-z][a-z0-9+]*://[^/\s:@\"'{}<>]+:[^/\s:@\"'{}<>]{4,}@[a-z0-9]",
    "password as text": r"(?i)\b(password|passwd|secret|api_key|token)\b\s*[:=]\s*[\"'](?=[^\"']*\d)"
    r"[A-Za-z0-9+/_-]{16,}[\"']",
}
ALLOWED = {
    "tests/": "what tests make up: pass phrases of people who do not exist, and secrets that must be refused",
    "tools/scan.py": "the patterns themselves",
}
BINARY = (".png", ".ico", ".woff2", ".parquet", ".gz", ".db")


def main() -> int:
    """Run all three; 1 if any found something."""
    found = [*_bandit(), *_secrets()]
    audited, weak = _audit()
    told = "bandit and the scan for secrets: " + (f"{len(found)} findings" if found else "nothing found")
    sys.stdout.write("\n".join((*found, *weak, told, audited)) + "\n")
    return 1 if found or weak else 0


def secrets_in(text: str) -> list[str]:
    """Which kinds of secrets stand in a text, each with its line."""
    return [
        f"line {text.count(chr(10), 0, hit.start()) + 1}: {kind}"
        for kind, pattern in SECRETS.items()
        for hit in re.finditer(pattern, text)
    ]


def _bandit() -> list[str]:
    command = [
        sys.executable,
        "-m",
        "bandit",
        "-q",
        "-r",
        "src",
        "tools",
        "bench",
        "-s",
        ",".join(BANDIT_SKIPS),
    ]
    template = "{relpath}:{line}: {test_id} {msg} ({severity})"
    ran = _ran([*command, "-f", "custom", "--msg-template", template])
    # A module that is not there ends with 1 too, like findings, and then nothing was looked at.
    if ran.returncode not in (0, 1) or (ran.returncode == 1 and not ran.stdout.strip()):
        return [f"bandit stopped: {ran.stderr.strip()[-300:]}"]
    return [line for line in ran.stdout.splitlines() if line.strip()]


def _secrets() -> list[str]:
    listed = _ran(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]).stdout
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if name.startswith(tuple(ALLOWED)) or name.endswith(BINARY) or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}, {one}" for one in secrets_in(text)]
    return found


def _audit() -> tuple[str, list[str]]:
    """What is to be said of the audit, and what it found."""
    command = [
        "pip_audit",
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--timeout",
        "5",
    ]
    try:
        ran = _ran([sys.executable, "-m", *command, "-r", "requirements.lock"], seconds=120)
    except subprocess.TimeoutExpired:
        return "pip-audit: NOT RUN, the service did not answer in two minutes", []
    if ran.returncode == 0:
        return "pip-audit: nothing known against what requirements.lock pins", []
    weak = [line for line in ran.stdout.splitlines() if line.strip()]
    if weak:
        return f"pip-audit: {len(weak) - 2} weak packages", weak
    reason = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"pip-audit: NOT RUN, no service answered ({reason[:120]})", []


def _ran(command: list[str], seconds: int = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds)


if __name__ == "__main__":
    sys.exit(main())
