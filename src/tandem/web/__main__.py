"""`python -m tandem.web FOLDER`: serve the workspace of one project until it is stopped."""

import argparse
import logging
import threading
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from tandem.usecases.serving import served
from tandem.web.app import create_app, warm_up


def main() -> None:
    """Serve. `tandem serve` starts this in its own place, so that neither door opens through the other."""
    parser = argparse.ArgumentParser(prog="python -m tandem.web", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--behind-proxy", action="store_true")
    asked = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with served(asked.folder) as (root, ledger):
        app = create_app(root, ledger, _wall)
        threading.Thread(target=warm_up, args=(app,), daemon=True).start()
        uvicorn.run(
            app,
            host=asked.host,
            port=asked.port,
            log_level="warning",
            server_header=False,
            proxy_headers=asked.behind_proxy,
            ssl_certfile=asked.certificate,
            ssl_keyfile=asked.key,
            timeout_graceful_shutdown=5,
        )


def _wall() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


if __name__ == "__main__":
    main()
