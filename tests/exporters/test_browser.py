"""TimelineJS and Mermaid themselves, in a browser: they show what was exported, and nothing that it holds runs.

Needs chromium, and the folder `node_modules` of `npm install @knight-lab/timelinejs mermaid`, which NODE_MODULES names.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chronology import Chronology
from tests.exporters.exported import export, sample

__all__ = ["sample"]

BROWSER = shutil.which("chromium")
MODULES = Path(os.environ.get("NODE_MODULES", "none"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER or not MODULES.is_dir(), reason="needs chromium, and NODE_MODULES"),
]

TELL = "document.title=JSON.stringify(Array.from(document.querySelectorAll(%r)).map(e=>e.textContent))"
"""Puts the texts of some elements into the title of the page."""


def shown(script: str, body: str, folder: Path) -> list[str]:
    """Return what a page puts into its title; it says ALERTED where something in it ran."""
    (folder / "page.html").write_text(
        f"<html><head><meta charset=utf-8><script src={MODULES.resolve().as_uri()}/{script}></script></head><body>"
        f"<div id=t style='width:900px;height:600px'></div><script>window.alert=()=>{{throw document.title='ALERTED'}};"
        f"{body}</script></body></html>"
    )
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    command = [str(BROWSER), *options, "--virtual-time-budget=8000", "--dump-dom", (folder / "page.html").as_uri()]
    page = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90).stdout
    (title,) = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)[:1]
    found: list[str] = json.loads(title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return found


def in_script(text: str) -> str:
    """Return JSON that may stand in a page."""
    return text.replace("</", r"<\/").replace("<!--", r"<\!--")


def test_timelinejs_shows_the_words_of_every_date(sample: Chronology, tmp_path: Path) -> None:
    """A slide for each event, its date in words, and no element but ours."""
    data = export("timelinejs", sample).decode()
    make = f"new TL.Timeline('t',{in_script(data)},{{hash_bookmark:false}});"
    late = f"setTimeout(()=>{{{TELL % '.tl-headline-date'}}},4000)"
    found = shown("@knight-lab/timelinejs/dist/js/timeline.js", make + late, tmp_path)
    wanted = [slide["display_date"] for slide in json.loads(data)["events"]]
    assert sorted(filter(None, found)) == sorted(wanted)


def test_mermaid_draws_every_event(sample: Chronology, tmp_path: Path) -> None:
    """Hostile text is drawn, not read."""
    source = export("mermaid", sample).decode()
    draw = f"mermaid.initialize({{startOnLoad:false}});mermaid.render('x',{in_script(json.dumps(source))})"
    then = f".then(r=>{{document.getElementById('t').innerHTML=r.svg;{TELL % '#t text'}}})"
    found = ["".join(text.split()) for text in shown("mermaid/dist/mermaid.min.js", draw + then, tmp_path)]
    assert "Denied:Personlocated:leader" in found
    assert "Controlchanged:Hajin<b>" in found
    assert "January2018toaboutApril2018" in found
