"""Spaces, `#`, `$` and letters of any language in the paths of projects, manifests and textures."""

import os

import pytest
from support.systems import CMakeMakefiles, CMakeNinja, Make, Meson
from support.tool import save

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the tool is a shell script")

CASES = [
    # system, folder of the project, manifest, texture, how the build file spells the manifest
    (CMakeNinja, "Spiel $é 霧 & Co", "nö ise #1 $.yaml", "wé ird $ & 霧", r'"nö ise #1 \$.yaml"'),
    (CMakeNinja, "plain", "nö ise.yaml", "wé ird 霧", '"nö ise.yaml"'),  # all fit for a depfile
    (CMakeMakefiles, "Spiel $é 霧 & 5%", "nö ise #1 $.yaml", "wé ird $ & 霧", r'"nö ise #1 \$.yaml"'),
    (Meson, "Spiel #1 $é 霧 5%", "nö ise #1 $.yaml", "wé ird #2 $ 霧", "nö ise #1 $.yaml"),
    (Make, "Spiel #1 $é 霧 5%", "nöise.yaml", "wéird#2$霧", "nöise.yaml"),
]


@pytest.mark.parametrize(("system", "folder", "manifest", "texture", "spelled"), CASES)
def test_odd_paths(system, folder, manifest, texture, spelled, tool, tmp_path):
    project = system(tool, tmp_path / folder)
    word = {Meson: "files('{}')", Make: "MANIFEST := {}"}.get(system, "MANIFEST {}")
    project.write({word.format("noise.yaml"): word.format(spelled)})
    text = f"schema: 1\ndefaults: {{size: 8, effort: fast}}\ntextures:\n  '{texture}': {{seed: 1}}\nshaders: [glsl]\n"
    save(project.project / manifest, text)
    configured = project.configure()
    assert configured is None or configured.returncode == 0, configured.stdout
    for seed in (1, 2):
        save(project.project / manifest, text.replace("seed: 1", f"seed: {seed}"))
        result = project.build()
        assert result.returncode == 0, result.stdout
        assert len(tool.builds()) == 1
        assert set(project.copied()) == {f"{texture}.png", f"{texture}.glsl", "bluenoise_common.glsl"}
        result = project.build()
        assert (result.returncode, tool.builds()) == (0, []), result.stdout
        assert project.is_idle(result), result.stdout
    (project.output / f"{texture}.png").unlink()
    assert project.build().returncode == 0
    assert len(tool.builds()) == 1
    assert (project.output / f"{texture}.png").is_file()


@pytest.mark.parametrize(
    ("system", "texture", "text"),
    [
        (CMakeNinja, "a#b", "CMake takes no '#' in the path of an output"),
        (CMakeMakefiles, "a%b", "Make takes '%' in the path of an output for a pattern"),
        (CMakeNinja, "a;b", "CMake's lists cannot hold a file name with ';', '[' or ']'"),
        (CMakeNinja, "a[b", "CMake's lists cannot hold a file name with ';', '[' or ']'"),
        (Meson, "ui/a", "Output 'ui/a.png' must not contain a path segment"),
    ],
)
def test_names_that_a_build_system_cannot_take_are_errors_at_once(system, texture, text, tool, tmp_path):
    project = system(tool, tmp_path / "game")
    project.write()
    save(project.project / "noise.yaml", f"schema: 1\ntextures:\n  '{texture}': {{size: 8}}\n")
    configured = project.configure()
    assert configured.returncode != 0
    assert text in " ".join(configured.stdout.split())
