"""The life of a project under the real build systems, with the build files of the pages."""

import os
import re

import pytest
from support.systems import CMakeMakefiles, CMakeNinja, Make, Meson
from support.tool import save

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the tool is a shell script")

COMMON = "schema: 1\ntextures:\n  .base: {size: 8, effort: fast, seed: 5}\n"

NOISE = """\
schema: 1
include: [common.yaml]
defaults: {size: 8, effort: fast}
textures:
  a: {seed: 1}
  b: {extends: .base}
shaders: [glsl]
"""

FILES = {"a.png", "a.glsl", "b.png", "b.glsl", "bluenoise_common.glsl"}

SYSTEMS = [CMakeNinja, CMakeMakefiles, Meson, Make]


class Life:
    """A project and what each build of it changed."""

    def __init__(self, system):
        self.system = system
        self.manifest = system.project / "noise.yaml"
        self.output = system.output
        system.write()
        save(system.project / "common.yaml", COMMON)
        save(self.manifest, NOISE)
        configured = system.configure()
        assert configured is None or configured.returncode == 0, configured.stdout

    def edit(self, old, new):
        text = self.manifest.read_text()
        assert old in text
        save(self.manifest, text.replace(old, new))

    def files(self):
        paths = [path for path in self.output.iterdir() if path.suffix in {".png", ".glsl"}]
        return {path.name: path.read_bytes() for path in paths}

    def build(self, *, changed=frozenset(), builds=1):
        """A build in which the tool runs so often, and changes the bytes of exactly these files."""
        before, copied = self.files() if self.output.exists() else {}, self.system.copied()
        self.system.tool.builds()
        result = self.system.build()
        assert result.returncode == 0, result.stdout
        assert len(self.system.tool.builds()) == (1 if self.system.always else builds), result.stdout
        after = self.files()
        assert {name for name in after if before.get(name) != after[name]} == set(changed)
        again = {name for name, stamp in self.system.copied().items() if copied.get(name) != stamp}
        if self.system.restat:
            assert again == set(changed), "steps run for files whose bytes changed"
        elif builds:
            assert again == set(after)
        assert {path.name.removesuffix(".copy"): path.read_bytes() for path in self.system.copy_files()} == after
        return result

    def idle(self):
        """Nothing has changed: nothing runs."""
        result = self.build(builds=0)
        assert self.system.always or self.system.is_idle(result), result.stdout

    def check(self):
        result = self.system.check()
        assert result.returncode == 0, result.stdout
        assert "all fresh" in result.stdout


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_life_of_a_project(system, tool, tmp_path):
    life = Life(system(tool, tmp_path / "game"))
    life.build(changed=FILES)
    life.idle()
    life.check()

    save(tmp_path / "game" / "common.yaml", COMMON.replace("seed: 5", "seed: 6"))
    life.build(changed={"b.png"})
    life.idle()

    life.edit("seed: 1", "seed: 2")
    life.build(changed={"a.png"})
    life.idle()

    life.edit("textures:\n", "textures:\n  c: {seed: 3}\n")
    life.build(changed={"c.png", "c.glsl"})
    life.idle()

    template = tool.tree / "bluenoise_assets" / "engines" / "shaders" / "texture.glsl"
    with template.open("a", encoding="utf-8") as source:
        source.write("// a comment\n")
    life.build(changed={"a.glsl", "b.glsl", "c.glsl"})
    assert tool.listings, "another version of the tool might make other files"
    life.idle()
    assert not tool.listings or isinstance(life.system, Make)

    (life.output / "c.glsl").unlink()
    life.build(changed={"c.glsl"})
    life.idle()

    # Build systems compare times: what is edited by hand is newer than its inputs, and only a check tells.
    save(life.output / "b.glsl", "// mine\n")
    assert life.system.build().returncode == 0
    assert (life.output / "b.glsl").read_text() == "// mine\n"
    result = life.system.check()
    assert result.returncode != 0
    assert re.search(r"noise\.yaml:7:3: error: b: b\.glsl: the file was changed since it was built", result.stdout)

    good = life.manifest.read_text()
    save(life.manifest, good.replace("seed: 2", "sead: 2"))
    if isinstance(life.system, Make):  # the others' cleaning configures first
        assert life.system.clean().returncode == 0
        assert not life.output.exists()
        save(life.manifest, good)
        life.build(changed=FILES | {"c.png", "c.glsl"})
        save(life.output / "b.glsl", "// mine\n")
        save(life.manifest, good.replace("seed: 2", "sead: 2"))
    result = life.system.build()
    assert result.returncode != 0
    assert re.search(r"^\S*noise\.yaml:6:\d+: error: a: unknown key 'sead'", result.stdout, re.MULTILINE), result.stdout
    save(life.manifest, good)
    life.build(changed={"b.glsl"})
    life.idle()

    save(life.manifest, good.replace("seed: 2", "seed: 2, require: {threshold_error_db: {1: {max: -90}}}"))
    result = life.system.build()
    assert result.returncode != 0
    assert re.search(r"noise\.yaml:6:\d+: error: a: .*, and require says at most -90", result.stdout), result.stdout

    save(life.manifest, good.replace("include: [common.yaml]\n", "").replace("extends: .base", "seed: 6"))
    (tmp_path / "game" / "common.yaml").unlink()
    life.build()
    life.idle()
    life.check()

    assert life.system.clean().returncode == 0
    assert not list(life.output.glob("*.png"))
    life.build(changed=FILES | {"c.png", "c.glsl"})
    life.check()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_tool_that_looks_in_every_build_repairs_what_was_edited_by_hand(system, tool, tmp_path):
    life = Life(system(tool, tmp_path / "game", always=True))
    life.build(changed=FILES)
    life.idle()
    life.edit("seed: 1", "seed: 2")
    life.build(changed={"a.png"})
    save(life.output / "b.glsl", "// mine\n")
    life.build(changed={"b.glsl"})
    life.idle()
    (life.output / "a.png").unlink()
    life.build(changed={"a.png"})
    life.idle()
    life.check()
