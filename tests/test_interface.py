"""The public interface: every name is found, by programs and type checkers alike, though none is loaded early."""

import ast
import re
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest

import chronology


def _declared() -> dict[str, str]:
    """Return the modules of the public names as type checkers see them."""
    tree = ast.parse(Path(str(chronology.__file__)).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    return {
        alias.name: str(node.module) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def test_every_public_name_is_declared() -> None:
    """Type checkers see exactly the names that `__all__` lists, which is in order."""
    assert sorted(_declared()) == sorted(chronology.__all__)
    assert chronology.__all__ == sorted(chronology.__all__)


def test_a_module_is_found_without_an_import_of_its_own() -> None:
    """As if the package imported all of them; the error names any other name."""
    script = "import chronology; chronology.merkle.root; chronology.errors.StoreError; chronology.nonsense"
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert ended.stderr.splitlines()[-1] == "AttributeError: module 'chronology' has no attribute 'nonsense'"


@pytest.mark.parametrize(("name", "module"), _declared().items())
def test_a_public_name_is_what_type_checkers_take_it_for(name: str, module: str) -> None:
    """The object found under a name is that of the module where type checkers look for it."""
    assert getattr(chronology, name) is getattr(sys.modules[module], name)
    assert name in dir(chronology)


def test_a_name_that_does_not_exist_is_refused() -> None:
    """A misspelt name fails as in any module."""
    with pytest.raises(AttributeError, match="module 'chronology' has no attribute 'Chronologie'"):
        getattr(chronology, "Chronologie")  # noqa: B009
    with pytest.raises(ImportError):
        from chronology import Chronologie  # noqa: F401


def test_the_package_alone_loads_nothing() -> None:
    """Importing it costs nothing; the star gives all public names."""
    script = (
        "import sys, chronology\n"
        "assert [name for name in sys.modules if name.startswith('chronology.')] == []\n"
        "from chronology import *\n"
        "assert set(chronology.__all__) <= set(globals())\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_verbs_that_the_pages_name_are_there(tmp_path: Path) -> None:
    """`Reader.log.transcript` and the like, in the README, the pages and the changelog."""
    root = Path(__file__).parents[1]
    pages = [root / "README.md", root / "CHANGELOG.md", *(root / "docs").glob("*.md")]
    missing = []
    with chronology.Chronology.open(tmp_path / "new.db", create=True) as chron:
        for page in pages:
            for name in re.findall(r"\b(?:Reader|Chronology)((?:\.[a-z_]+)+)", page.read_text("utf-8")):
                try:
                    attrgetter(name[1:])(chron)
                except AttributeError:
                    missing.append(f"{page.name}: {name}")
    assert missing == []
