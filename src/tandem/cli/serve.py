"""tandem serve: the workspace in the browser."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, answering, app, asked
from tandem.usecases.serving import (
    HOST,
    LOOPBACK,
    PORT,
    address,
    command,
    free_port,
    start_serving,
    stop_serving,
)


@app.command()
@answering
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = HOST,
    port: Annotated[
        int | None, typer.Option("--port", help="Port to listen on. Default: 8000, or the next free one.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="TLS certificate, PEM.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its private key, PEM.")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy on this machine does TLS and says who asks.")
    ] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Give the terminal back as soon as it answers.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the one that runs in the background.")] = False,
    json_: Json = False,
) -> None:
    """Serve the workspace: the whole loop as pages, for marketing and IT. Add people with `tandem user add`.

    Listens on this machine only. For others to reach it, give --host with --certificate and --key, or put a proxy
    in front that does TLS and say --behind-proxy.
    """
    root = find_root(asked(context).charter)
    if stop:
        ended = stop_serving(root)
        output.as_json({"stopped": ended}) if json_ else output.say(
            "stopped" if ended else "nothing was running"
        )
        return
    more = _more(host, certificate, key, behind_proxy=behind_proxy)
    chosen = free_port(host, port or PORT, exactly=port is not None)
    if background:
        found = start_serving(root, host, chosen, more)
        if json_:
            output.as_json(found)
        else:
            output.good(f"the workspace runs at {found.address}   (`tandem serve --stop` ends it)")
        return
    output.good(f"the workspace runs at {address(host, chosen, more)}   (Ctrl-C ends it)")
    words = command(root, host, chosen, more)
    os.execv(words[0], words)


def _more(host: str, certificate: Path | None, key: Path | None, *, behind_proxy: bool) -> list[str]:
    if (certificate is None) != (key is None):
        raise typer.BadParameter("give both --certificate and --key", param_hint="--certificate")
    if host not in LOOPBACK and certificate is None and not behind_proxy:
        raise typer.BadParameter(
            "passwords would cross the network in the clear; give --certificate and --key, or --behind-proxy",
            param_hint="--host",
        )
    more = ["--behind-proxy"] if behind_proxy else []
    if certificate is not None and key is not None:
        more += ["--certificate", str(certificate.resolve()), "--key", str(key.resolve())]
    return more
