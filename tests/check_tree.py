"""Quick checks of the tree itself that no linter makes: file sizes, and lock files that name no host.

Called by `make check`. Rules about imports and code live in test_architecture.py.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400
HOST = re.compile(r"(https?|file)://|--(extra-)?index-url|--find-links|--trusted-host")


def main() -> int:
    """Print one line per broken rule; the exit code says whether there was any."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    tracked = [ROOT / name for name in names if name and (ROOT / name).is_file()]
    complaints = [*too_long(tracked), *locks_with_hosts(tracked), *locks_without_hashes(tracked)]
    for complaint in complaints:
        print(complaint, file=sys.stderr)  # noqa: T201  a check speaks to a person
    return 1 if complaints else 0


def too_long(files: list[Path]) -> list[str]:
    """Python and SQL files above the limit."""
    sizes = {file: len(file.read_text().splitlines()) for file in files if file.suffix in {".py", ".sql"}}
    return [
        f"{file.relative_to(ROOT)}: {size} lines, over {LONGEST_FILE}; split it by subject"
        for file, size in sizes.items()
        if size > LONGEST_FILE
    ]


def locks_with_hosts(files: list[Path]) -> list[str]:
    """Lines of lock files that would tie an installation to one package index."""
    return [
        f"{file.relative_to(ROOT)}:{number}: names a host; lock again with `make lock`"
        for file in locks(files)
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if HOST.search(line)
    ]


def locks_without_hashes(files: list[Path]) -> list[str]:
    """Pinned packages of lock files whose next line is no hash."""
    complaints = []
    for file in locks(files):
        lines = file.read_text().splitlines()
        for number, (line, following) in enumerate(zip(lines, [*lines[1:], ""], strict=True), start=1):
            if re.match(r"\w.*==", line) and "--hash=sha256:" not in following:
                complaints.append(f"{file.relative_to(ROOT)}:{number}: no hash; lock again with `make lock`")
    return complaints


def locks(files: list[Path]) -> list[Path]:
    """The lock files among these files."""
    return [file for file in files if file.parent.name == "requirements" and file.suffix == ".txt"]


if __name__ == "__main__":
    sys.exit(main())
