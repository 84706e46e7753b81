"""The symbolic links on the way to a file: a change of any of them may be a change of the file."""

from pathlib import Path

MOST_STEPS = 1000


def links(path: Path) -> tuple[Path, set[Path]]:
    """A path without symbolic links, and every link on the way to it, each as a name in its real folder.

    Links in the root folder are left out, because watching that folder can mean watching the whole disk.
    """
    absolute = path.absolute()
    here = root = Path(absolute.anchor)
    todo = list(reversed(absolute.parts[1:]))
    found: set[Path] = set()
    for _ in range(MOST_STEPS):
        if not todo:
            break
        name = todo.pop()
        if name == "..":
            here = here.parent
            continue
        try:
            target = (here / name).readlink()
        except OSError:  # no link, or nothing there (yet)
            here /= name
            continue
        if here != root:
            found.add(here / name)
        if target.is_absolute():
            here = Path(target.anchor)
            target = target.relative_to(target.anchor)
        todo += reversed(target.parts)
    return here, found
