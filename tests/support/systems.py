"""Build systems, each with the build file of its page and a step for each texture that copies it."""

import re
import subprocess
from pathlib import Path

from support.pages import files_of, page
from support.tool import Tool
from support.tools import missing, require

CMAKE_COPIES = """
foreach(texture IN LISTS textures)
  get_filename_component(name "${texture}" NAME)
  add_custom_command(
    OUTPUT "copies/${name}"
    COMMAND ${CMAKE_COMMAND} -E copy "${texture}" "copies/${name}"
    DEPENDS noise "${texture}"
    VERBATIM)
  list(APPEND copies "copies/${name}")
endforeach()
add_custom_target(copies ALL DEPENDS ${copies})
"""

MESON_COPIES = """
foreach texture : noise.to_list()
  custom_target(
    input: texture,
    output: '@PLAINNAME@.copy',
    command: [python, '-c', 'import shutil, sys; shutil.copyfile(*sys.argv[1:])', '@INPUT@', '@OUTPUT@'],
    build_by_default: true,
  )
endforeach
"""

MAKE_COPIES = """
all: $(TEXTURES:$(OUT)/%=copies/%)
copies/%: $(OUT)/%
	@mkdir -p copies
	cp '$<' '$@'
"""

Result = subprocess.CompletedProcess[str]


class System:
    """A project with a build system's files; `always`: the tool looks in every build."""

    page = ""
    build_file = ""
    copies = ""
    always_instead: tuple[tuple[str, str], ...] = ()
    """What its page says to write for `always`: what is replaced, and by what."""
    restat = True
    """Steps run only if the bytes of what they use have changed."""

    def __init__(self, tool: Tool, project: Path, *, always: bool = False) -> None:
        self.tool, self.project, self.always = tool, project, always
        self.text = files_of(page(self.page))[self.build_file]

    def write(self, replace: dict[str, str] | None = None) -> None:
        """Write the page's build file with the step that copies."""
        text = self.text + self.copies
        for old, new in [*(self.always_instead if self.always else ()), *(replace or {}).items()]:
            assert old in text
            text = text.replace(old, new)
        self.project.mkdir(parents=True, exist_ok=True)
        (self.project / self.build_file).write_text(text, encoding="utf-8")

    def run(self, *command: str | Path) -> Result:
        return self.tool.run(*command, cwd=self.project)

    def configure(self) -> Result | None:
        """Needed before the first build, if the system is one that configures."""

    def build(self) -> Result:
        raise NotImplementedError

    def check(self) -> Result:
        raise NotImplementedError

    def clean(self) -> Result:
        raise NotImplementedError

    def is_idle(self, result: Result) -> bool:
        """Whether a build's own words say that it did nothing."""
        raise NotImplementedError

    @property
    def output(self) -> Path:
        raise NotImplementedError

    def copied(self) -> dict[str, tuple[int, int]]:
        """By the name of a file: what would show that its copying step ran again."""
        found = {path.name.removesuffix(".copy"): path.stat() for path in self.copy_files()}
        return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in found.items()}

    def copy_files(self) -> list[Path]:
        raise NotImplementedError


class CMake(System):
    page, build_file, copies = "cmake", "CMakeLists.txt", CMAKE_COPIES
    always_instead = (("bluenoise_assets_add(noise ", "bluenoise_assets_add(noise ALWAYS "),)
    generator = ""

    def __init__(self, tool: Tool, project: Path, *, always: bool = False) -> None:
        super().__init__(tool, project, always=always)
        program = re.search(r"(?m)^# A program .*\n(?:.+\n)+\n", self.text)
        assert program
        self.text = self.text.replace(program[0], "").replace("LANGUAGES C)", "LANGUAGES NONE)")

    def configure(self) -> Result:
        return self.run("cmake", "-S", ".", "-B", "build", "-G", self.generator)

    def build(self) -> Result:
        return self.run("cmake", "--build", "build")

    def check(self) -> Result:
        return self.run("cmake", "--build", "build", "--target", "noise_check")

    def clean(self) -> Result:
        return self.run("cmake", "--build", "build", "--target", "clean")

    @property
    def output(self) -> Path:
        return self.project / "build" / "bluenoise" / "noise"

    def copy_files(self) -> list[Path]:
        return list((self.project / "build" / "copies").glob("*"))


class CMakeNinja(CMake):
    generator = "Ninja"

    def __init__(self, tool: Tool, project: Path, *, always: bool = False) -> None:
        require("cmake", "apt-get install cmake")
        require("ninja", "apt-get install ninja-build")
        super().__init__(tool, project, always=always)

    def is_idle(self, result: Result) -> bool:
        return "no work to do" in result.stdout


class CMakeMakefiles(CMake):
    generator = "Unix Makefiles"

    def __init__(self, tool: Tool, project: Path, *, always: bool = False) -> None:
        require("cmake", "apt-get install cmake")
        require("make", "apt-get install make")
        super().__init__(tool, project, always=always)
        self.restat = always

    def is_idle(self, result: Result) -> bool:
        return not re.search("Building|Generating", result.stdout)


class Meson(System):
    page, build_file, copies = "meson", "meson.build", MESON_COPIES
    always_instead = (("  depfile: 'noise.d',\n", "  depfile: 'noise.d',\n  build_always_stale: true,\n"),)

    def __init__(self, tool: Tool, project: Path, *, always: bool = False) -> None:
        require("meson", "pip install meson")
        require("ninja", "apt-get install ninja-build")
        super().__init__(tool, project, always=always)

    def configure(self) -> Result:
        return self.run("meson", "setup", "build")

    def build(self) -> Result:
        return self.run("ninja", "-C", "build")  # as `meson compile` runs it, half a second sooner

    def check(self) -> Result:
        return self.run("ninja", "-C", "build", "noise-check")

    def clean(self) -> Result:
        return self.run("ninja", "-C", "build", "clean")

    def is_idle(self, result: Result) -> bool:
        return "no work to do" in result.stdout

    @property
    def output(self) -> Path:
        return self.project / "build"

    def copy_files(self) -> list[Path]:
        return list((self.project / "build").glob("*.copy"))


class Make(System):
    page, build_file, copies = "make", "Makefile", MAKE_COPIES
    always_instead = (
        ("$(TEXTURES) &: $(MANIFEST)", "FORCE:\n$(TEXTURES) &: FORCE"),
        (" --depfile $(OUT).d --touch", ""),
    )

    def __init__(self, tool: Tool, project: Path, *, always: bool = False) -> None:
        super().__init__(tool, project, always=always)
        self.restat = always
        self.program = require("make", "apt-get install make")
        version = self.tool.run(self.program, "--version", cwd=project.parent).stdout
        numbers = re.match(r"GNU Make (\d+)\.(\d+)", version)
        if numbers is None or (int(numbers[1]), int(numbers[2])) < (4, 3):
            missing("GNU Make 4.3", "apt-get install make")

    def build(self) -> Result:
        return self.run(self.program)

    def check(self) -> Result:
        return self.run(self.program, "check")

    def clean(self) -> Result:
        return self.run(self.program, "clean")

    def is_idle(self, result: Result) -> bool:
        return "Nothing to be done" in result.stdout

    @property
    def output(self) -> Path:
        return self.project / "build" / "noise"

    def copy_files(self) -> list[Path]:
        return list((self.project / "copies").glob("*"))
