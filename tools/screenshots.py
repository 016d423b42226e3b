"""Takes the pictures of the README from a running demo: `make picture` after `make demo`.

Signs in as the marketer of the demo that stands in DEMO, in the Chromium of this machine, and writes docs/images/*.png.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from machine import chromium
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTH = 1280
CROP = {
    "home": 1180,
    "customer": 1080,
    "audience-builder": 920,
    "campaign": 1080,
    "price": 760,
    "agree": 1080,
    "results": 1180,
}
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PORT = 8765
PATIENCE_MS = 60_000


def main() -> None:
    """Serve the demo, look at its pages, stop serving."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("demo", type=Path, help="folder that `tandem demo` made")
    demo = parser.parse_args().demo.resolve()
    tandem = [str(Path(sys.executable).with_name("tandem")), "-C", str(demo), "serve"]
    subprocess.run([*tandem, "--stop"], check=True)
    subprocess.run([*tandem, "--background", "--port", str(PORT)], check=True)
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(chromium()), args=SWITCHES)
            page = browser.new_page(viewport={"width": WIDTH, "height": 1000}, color_scheme="light")
            take(page, f"http://127.0.0.1:{PORT}", phrase(demo))
            browser.close()
    finally:
        subprocess.run([*tandem, "--stop"], check=True)


def phrase(demo: Path) -> str:
    """The pass phrase that this demo's accounts have."""
    line = next(line for line in (demo / "sign-in.txt").read_text().splitlines() if line.startswith("mara"))
    return line.split()[-1]


def take(page: Page, base: str, password: str) -> None:
    """Sign in and take the pictures."""
    page.goto(f"{base}/sign-in")
    page.fill("#name", "mara")
    page.fill("#password", password)
    page.click("form .button")
    page.wait_for_url(f"{base}/")
    shoot(page, "home")
    page.goto(f"{base}/audiences/lapsed_big_spenders/edit")
    shoot(page, "audience-builder")
    page.goto(f"{base}/campaigns/winback")
    shoot(page, "campaign")
    page.goto(f"{base}/trust/price?audience=lapsed_big_spenders")
    shoot(page, "price")
    page.goto(f"{base}/agree")
    shoot(page, "agree")
    page.goto(f"{base}/agree/results/autumn")
    shoot(page, "results")
    page.goto(f"{base}/audiences/lapsed_big_spenders/people")
    page.click("tbody th a")
    page.wait_for_load_state()
    shoot(page, "customer")


def shoot(page: Page, name: str) -> None:
    """The top of the page, as far as it says what the page is."""
    page.wait_for_selector("look-again", state="detached", timeout=PATIENCE_MS)
    height = min(CROP[name], int(page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.screenshot(path=IMAGES / f"{name}.png")
    page.set_viewport_size({"width": WIDTH, "height": 1000})


if __name__ == "__main__":
    main()
