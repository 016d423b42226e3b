#!/usr/bin/env bash
# Make .venv ready: `setup.sh demo` for using Tandem, `check` for developing, `test` for all tests too.
# Packages come from the lock files only, each checked by its hash. What is already in place is not touched,
# so a second run needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose="${1:-demo}"
log=.venv/setup.log

say() { printf 'set-up: %s\n' "$*" >&2; }
stop() { printf 'set-up stopped: %s\n' "$1" >&2; shift; printf '  %s\n' "$@" >&2; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_install() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }

apt_install() {
    say "installing $* with apt-get"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return
    as_root apt-get update -qq >/dev/null 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1
}

find_python() {
    local name
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    stop "Python 3.11 or newer was not found (looked for python3, python3.11 to python3.14)." \
        "Debian: apt-get install python3 python3-venv" "macOS: brew install python@3.13" \
        "or name one: PYTHON=/path/to/python3 make ..."
}

make_environment() {
    local python version
    python="$(find_python)"
    version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    if ! "$python" -c 'import ensurepip, venv; ensurepip.version()' 2>/dev/null; then
        { may_install && apt_install "python$version-venv" && "$python" -c 'import ensurepip, venv; ensurepip.version()' 2>/dev/null; } ||
            stop "this Python $version cannot make environments: its venv module is not installed." \
                "Debian: apt-get install python$version-venv (as root), then the same make command again"
    fi
    say "making .venv with Python $version"
    rm -rf .venv
    "$python" -m venv .venv
}

digest() { cat "$@" | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }

pip_install() {
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off --no-compile "$@" >>"$log" 2>&1 && return
    tail -n 15 "$log" >&2
    stop "a package could not be installed; the lines above say which (all of it: $log)." \
        "Is the network up? A company mirror is set with PIP_INDEX_URL, a proxy with HTTPS_PROXY." \
        "Then the same make command again: it goes on where it stopped."
}

# install_lock NAME FILE SIZE: brings .venv to the lock file unless its stamp says that it is there.
install_lock() {
    local stamp=".venv/stamp-$1" wanted
    wanted="$(digest "$2")"
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    say "installing $(grep -c '==' "$2") pinned packages of $2 (about $3 the first time)"
    pip_install --require-hashes --no-build-isolation -r "$2"
    echo "$wanted" >"$stamp"
}

install_tandem() {
    local stamp=.venv/stamp-tandem wanted
    wanted="$(digest pyproject.toml src/tandem/__init__.py) $PWD"
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    pip_install --no-build-isolation --no-deps --no-index -e .
    echo "$wanted" >"$stamp"
    say "ready: .venv/bin/tandem"
}

# What only tests need from the machine. Where it may not be installed, the test run itself says what it left out.
install_machine_parts() {
    local part packages
    for part in $(.venv/bin/python tests/machine.py missing); do
        case "$part" in
            jdk) packages="openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless" ;;
            postgresql) packages="postgresql" ;;
            chromium) packages="chromium" ;;
            r-survey)
                { may_install && apt_install r-cran-survey r-cran-mass; } || say "could not install $part; the test run will say what it leaves out"
                continue
                ;;
            axe-core)
                npm_install tests/browser || say "could not install $part; the test run will say what it leaves out"
                continue
                ;;
        esac
        may_install || continue
        for package in $packages; do
            apt_install "$package" && break
        done || say "could not install $part; the test run will say what it leaves out"
    done
}

# npm_install FOLDER: what its package-lock.json pins, each checked by its hash; nothing of it runs while it comes in.
npm_install() {
    command -v npm >/dev/null || { may_install && apt_install npm; } || return
    say "installing the pinned npm packages of $1"
    npm ci --ignore-scripts --no-audit --no-fund --prefix "$1" >>"$log" 2>&1
}

environment_works() {
    [ -e .venv/bin/pip ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

environment_works || make_environment
install_lock runtime requirements.lock "200 MB"
case "$purpose" in
    demo) ;;
    check | test) install_lock dev requirements-dev.lock "700 MB" ;;
    *) stop "unknown purpose: $purpose" "one of: demo, check, test" ;;
esac
install_tandem
[ "$purpose" != test ] || install_machine_parts
