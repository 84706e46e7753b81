"""A newcomer's walk through every page, by copy and paste, in a fresh environment.

Each fenced block of each page is tried here by what its language is, or stands in `ELSEWHERE` with the test that tries
it. A block that neither knows fails, and so does a row that no block needs any more.
"""

import json
import os
import re
import shlex
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from support.pages import INTEGRATIONS, fences, pages, run_block, write_files
from support.paths import ROOT, TESTS
from support.projects import contents

from bluenoise_assets import load_manifest
from bluenoise_assets.cli.arguments import parse
from bluenoise_assets.cli.init import FIRST_MANIFEST, GITATTRIBUTES
from bluenoise_assets.manifest.schema import json_schema_text

needs_sh = pytest.mark.skipif(os.name == "nt", reason="the pages' commands are for a POSIX shell")

CI = ".ci/run: it installs into environments of its own"
BUILD_SYSTEMS = "tests/integrations/test_pages.py"
ENGINES = "tests/engines"
HERE = "tests/integrations/test_every_page.py"
BENCH = f"{HERE}: measurements of minutes; the script is there and has these options"

ELSEWHERE = {
    # page, language: how many blocks, and where they are tried
    (".github/CONTRIBUTING.md", "sh"): (1, CI),
    ("README.md", "sh"): (2, f"{HERE}, below, what can be without pip; {CI}"),
    ("README.md", ""): (2, f"{HERE}, below"),
    ("README.md", "python"): (1, f"{HERE}, below"),
    ("manifests/README.md", ""): (1, f"{HERE}, below"),
    ("manifests/farm.md", "sh"): (5, "tests/integrations/test_farm.py"),
    ("manifests/README.md", "sh"): (1, "tests/builder/executors/test_dask.py: it does not end by itself"),
    ("manifests/quality.md", ""): (1, f"{HERE}, below"),
    ("manifests/quality.md", "sh"): (1, BENCH),
    ("manifests/quality.md", "json"): (1, "tests/report/page/test_data.py"),
    ("manifests/remote_cache.md", "sh"): (2, "tests/builder/cache/remote/test_s3.py"),
    ("manifests/which-noise.md", "sh"): (2, BENCH),
    ("bluenoise_assets/noise/spectrum/spectrum.md", "sh"): (1, BENCH),
    ("bluenoise_assets/builder/events.md", "sh"): (1, "tests/builder/watch/test_events.py: it does not end by itself"),
    ("bluenoise_assets/builder/events.md", "json"): (1, "tests/builder/watch/test_events.py"),
    ("bluenoise_assets/engines/README.md", ""): (1, "tests/builder/test_engines.py"),
    ("bluenoise_assets/integrations/bazel/README.md", "python"): (2, f"{BUILD_SYSTEMS}: Starlark"),
    ("bluenoise_assets/integrations/cmake/README.md", "cmake"): (2, "tests/integrations/test_cmake.py"),
    ("bluenoise_assets/integrations/cmake/README.md", "c"): (1, "tests/integrations/test_cmake.py"),
    ("bluenoise_assets/integrations/cmake/README.md", "sh"): (2, BUILD_SYSTEMS),
    ("bluenoise_assets/integrations/make/README.md", "make"): (1, BUILD_SYSTEMS),
    ("bluenoise_assets/integrations/make/README.md", "sh"): (2, BUILD_SYSTEMS),
    ("bluenoise_assets/integrations/meson/README.md", "meson"): (1, BUILD_SYSTEMS),
    ("bluenoise_assets/integrations/meson/README.md", "sh"): (2, BUILD_SYSTEMS),
    ("bluenoise_assets/integrations/msbuild/README.md", "xml"): (2, BUILD_SYSTEMS),
    ("bluenoise_assets/integrations/pre-commit/README.md", "sh"): (1, "tests/integrations/test_pre_commit.py"),
    ("bluenoise_assets/integrations/pre-commit/README.md", ""): (1, "tests/integrations/test_pre_commit.py"),
    ("bluenoise_assets/integrations/unreal/README.md", ""): (2, f"{ENGINES}/test_unreal.py: they need Unreal"),
    # templates: what they become is compiled and drawn
    ("bluenoise_assets/engines/*/snippet.md", "*"): (None, ENGINES),
}

OTHER_YAML = {
    # what is no manifest: how many blocks, and where they are tried
    "bluenoise_assets/integrations/github/README.md": (2, "tests/integrations/test_ci.py"),
    "bluenoise_assets/integrations/gitlab/README.md": (2, "tests/integrations/test_ci.py"),
    "bluenoise_assets/integrations/pre-commit/README.md": (2, "tests/integrations/test_pre_commit.py"),
}

RUN_HERE = {"godot", "unity", "unreal"}
"""The integrations whose commands are run below."""

MANIFEST_KEYS = set(json.loads(json_schema_text())["properties"])
TEXTURE_KEYS = {"filter", "objective"}


def row_of(fence):
    """The row of `ELSEWHERE` for a block, if there is one."""
    return next((row for row in ELSEWHERE if fnmatch(fence.page, row[0]) and fnmatch(fence.language, row[1])), None)


def is_manifest(fence):
    """Whether a block of YAML is one of ours, whole or in part."""
    found = yaml.safe_load(fence.text)
    assert isinstance(found, dict), fence
    if found.keys() <= MANIFEST_KEYS or found.keys() <= TEXTURE_KEYS:
        return True
    return all(isinstance(entry, dict) and entry.keys() & {"size", "extends"} for entry in found.values())


def test_every_block_is_tried_somewhere():
    counts = dict.fromkeys(ELSEWHERE, 0)
    others = dict.fromkeys(OTHER_YAML, 0)
    for fence in (fence for name in pages() for fence in fences(name)):
        row = row_of(fence)
        place = f"{fence.page}:{fence.line}"
        if row is not None:
            counts[row] += 1
        elif fence.language == "yaml":
            if not is_manifest(fence):
                assert fence.page in others, f"{place}: no manifest, and in no row of OTHER_YAML"
                others[fence.page] += 1
        else:
            name = Path(fence.page).parent.name
            known = fence.language == "sh" and fence.page.startswith("bluenoise_assets/integrations/")
            assert known, f"{place}: {fence.language or 'no language'}: try it, or say in ELSEWHERE where it is tried"
            assert name in RUN_HERE, f"{place}: run it, or say in ELSEWHERE where it is run"
    assert {row: count for row, count in counts.items() if not count} == {}, "rows that no block needs"
    assert counts == {row: counts[row] if many is None else many for row, (many, _) in ELSEWHERE.items()}
    assert others == {name: many for name, (many, _) in OTHER_YAML.items()}
    for _, where in [*ELSEWHERE.values(), *OTHER_YAML.values()]:
        assert (ROOT / re.match(r"[\w./]+", where)[0]).exists(), where


def manifests():
    """Each block of YAML that is ours."""
    return [fence for name in pages() for fence in fences(name) if fence.language == "yaml" and is_manifest(fence)]


def completed(text):
    """A part of a manifest as a whole one."""
    found = yaml.safe_load(text)
    if found.keys() <= TEXTURE_KEYS:
        return f"schema: 1\ndefaults: {{size: 8}}\ntextures:\n  a:\n{indented(text, 4)}"
    if not found.keys() & MANIFEST_KEYS:
        return f"schema: 1\ntextures:\n{indented(text, 2)}"
    if not found.keys() & {"textures", "defaults", "include"}:
        text = f"{text}\ntextures: {{a: {{size: 8}}}}\n"
    return text if "schema" in found else f"schema: 1\n{text}"


def indented(text, by):
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("fence", manifests(), ids=lambda fence: f"{fence.page}:{fence.line}")
def test_every_manifest_on_a_page_is_right(fence, tmp_path):
    beside = [other for other in manifests() if other.page == fence.page]
    for other in beside:  # files that include each other are named in their first line
        name = re.match(r"# (\w+\.yaml)\n", other.text)
        if name:
            (tmp_path / name[1]).write_text(completed(other.text), encoding="utf-8")
    path = tmp_path / "manifest.yaml"
    path.write_text(completed(fence.text), encoding="utf-8")
    load_manifest(path)


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory):
    """An environment without anything of the user's: a home, and no cache yet."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    program = home / "bin" / "bluenoise-assets"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bluenoise_assets "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = os.pathsep.join([str(program.parent), str(Path(sys.executable).parent), kept["PATH"]])
    paths = os.pathsep.join([str(ROOT), kept.get("PYTHONPATH", "")])
    cache = {"XDG_CACHE_HOME": str(home / "cache"), "LOCALAPPDATA": str(home / "cache")}
    return kept | {"HOME": str(home), "PATH": path, "PYTHONPATH": paths} | cache


def run(block, folder, env):
    done = run_block(block, folder, env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_sh
def test_the_readme_from_its_first_command_on(newcomer, tmp_path):
    """Of the samples those of dither.yaml, since each kind of texture is compiled anew."""
    first, _ = [fence.text for fence in fences("README.md") if fence.language == "sh"]
    install, build = first.strip().split(" && ")
    assert install == "python -m pip install ."
    (tmp_path / "manifests").mkdir()
    for name in ("dither.yaml", "bluenoise.schema.json"):
        shutil.copy(ROOT / "manifests" / name, tmp_path / "manifests")
    said = run(build, tmp_path, newcomer)
    (shown,) = [fence.text for fence in fences("manifests/quality.md") if not fence.language]
    assert shown in said
    assert "bluenoise.lock.json" in contents(tmp_path / "build" / "bluenoise")
    assert run(build, tmp_path, newcomer).startswith("nothing to do: ")
    (code,) = [fence.text for fence in fences("README.md") if fence.language == "python"]
    (tmp_path / "from_python.py").write_text(code, encoding="utf-8")
    assert "error_db" in run("python from_python.py", tmp_path, newcomer)


@needs_sh
def test_the_five_steps_into_an_engine(newcomer, tmp_path):
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## In an engine, in five steps")[2]
    manifest, listing = [
        fence for fence in fences("README.md") if fence.text.strip() and fence.language in {"yaml", ""}
    ][:2]
    name, command = re.search(r"`(\S+\.yaml)`", section)[1], re.search(r"`(bluenoise-assets build [^`]*)`", section)[1]
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(manifest.text, encoding="utf-8")
    said = run(command, tmp_path, newcomer)
    for word in ("visible error", "low frequencies"):
        assert word in said
        assert f"`{word}`" in section
    assert sorted(contents(tmp_path)) == sorted([name, *listing.text.split()])
    page = (tmp_path / re.search(r"`(\S+\.md)`", section)[1]).read_text(encoding="utf-8")
    assert "```gdshader" in page
    assert "```gdscript" in page


@needs_sh
@pytest.mark.parametrize("name", sorted(RUN_HERE))
def test_the_pages_of_plugins(name, newcomer, tmp_path):
    page = f"bluenoise_assets/integrations/{name}/README.md"
    text = (ROOT / page).read_text(encoding="utf-8")
    write_files(text, tmp_path)
    for fence in fences(page):
        if fence.language == "sh":
            run(fence.text, tmp_path, newcomer)
    builds = any("bluenoise-assets build" in fence.text for fence in fences(page))
    assert bool(list(tmp_path.rglob("bluenoise.lock.json"))) == builds


@needs_sh
def test_init_and_the_pages_agree(newcomer, tmp_path):
    assert "bluenoise-assets build" in run("bluenoise-assets init", tmp_path, newcomer)
    assert "1 built" in run("bluenoise-assets build", tmp_path, newcomer)
    assert "all fresh" in run("bluenoise-assets check", tmp_path, newcomer)
    first = yaml.safe_load(FIRST_MANIFEST)
    assert {f"{name}.png" for name in first["textures"]} <= contents(tmp_path / "build" / "bluenoise").keys()
    (sample,) = [fence.text for fence in fences("README.md") if "yaml-language-server" in fence.text]
    samples = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "manifests").glob("*.yaml")}
    assert samples
    for name, text in {"README.md": sample, **samples}.items():
        assert text.splitlines()[0] == FIRST_MANIFEST.splitlines()[0], name
        assert yaml.safe_load(text)["schema"] == first["schema"]
    assert yaml.safe_load(sample)["output"] == yaml.safe_load(samples["dither.yaml"])["output"] == first["output"]
    (attributes,) = [fence.text for fence in fences("manifests/README.md") if not fence.language]
    assert [line.strip() for line in GITATTRIBUTES.splitlines()[1:]] == attributes.splitlines()


@needs_sh
def test_a_mistake_is_shown_as_the_readme_shows_it(newcomer, tmp_path):
    (shown,) = [fence.text for fence in fences("README.md") if "did you mean" in fence.text]
    (tmp_path / "manifests").mkdir()
    text = "schema: 1\noutput: out\ntextures:\n\n  dither_64:\n    size: 64\n    sead: 1\n"
    (tmp_path / "manifests" / "game.yaml").write_text(text, encoding="utf-8")
    done = run_block("bluenoise-assets build", tmp_path, newcomer)
    assert (done.returncode, done.stderr) == (2, shown)


def test_commands_in_the_text_can_be_typed():
    """What stands between backquotes, with the names that stand for others filled in."""
    count = 0
    for name in pages():
        text = re.sub(r"(?ms)^ *```.*?^ *```", "", (ROOT / name).read_text(encoding="utf-8"))
        for line in re.findall(r"`bluenoise-assets ([a-z][^`\n]*)`", text):
            parse(shlex.split(line.replace("...", "").replace("I/N", "1/2")))
            count += 1
    assert count >= 5


def test_scripts_of_measurements_have_the_options_of_the_pages():
    for name in (page for (page, _), (_, where) in ELSEWHERE.items() if where == BENCH):
        for line in (line for fence in fences(name) if fence.language == "sh" for line in fence.text.splitlines()):
            python, script, *words = shlex.split(line, comments=True)
            assert python == "python"
            source = (ROOT / script).read_text(encoding="utf-8")
            if "compared_masks" in source:  # several have their options from there
                source += (TESTS / "support" / "compared_masks.py").read_text(encoding="utf-8")
            for option in (word for word in words if word.startswith("--")):
                assert f'"{option}"' in source, line


def anchors(text):
    """As GitHub makes them of headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", re.sub(r"(?ms)^ *```.*?^ *```$", "", text))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", pages())
def test_links_lead_somewhere(name):
    page = ROOT / name
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"(?:\]\(|src=\")([^)\"\s]+)", text):
        if ":" in target:
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


def test_every_integration_has_a_page():
    folders = [path for path in INTEGRATIONS.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert {f"{path.relative_to(ROOT).as_posix()}/README.md" for path in folders} <= set(pages())
