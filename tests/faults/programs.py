"""Running the helper programs of this folder in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def run(program: str, *args: object, under: tuple[str, ...] = (), timeout: float = 600) -> Any:
    """Run a helper program, under another one if asked, and return what it prints as JSON."""
    command = [*under, sys.executable, str(HERE / f"{program}.py"), *map(str, args)]
    # The program runs the code of this checkout, whatever is installed.
    path = os.pathsep.join([str(HERE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command, capture_output=True, timeout=timeout, check=False, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
