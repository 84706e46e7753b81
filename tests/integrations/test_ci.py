"""The CI pages: each line of their workflows is run, in its order, with what the services do around them simulated."""

import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
import yaml
from support.pages import files_of, page, run_block, write_files
from support.paths import ROOT
from support.projects import contents, run_cli

INSTALL = "python -m pip install ./tools/bluenoise-assets"
SIZES = (16, 32, 64)
TEXTURES = {f"dither_{size}.{suffix}" for size in SIZES for suffix in ("png", "glsl")}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the workflows are for Linux")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A machine's Python, in which the first job installs; its dependencies come from the running environment."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(paths)) + "\n")
    return folder / "bin"


@pytest.fixture(scope="module")
def submodule(tmp_path_factory):
    """What git would put into tools/bluenoise-assets."""
    folder = tmp_path_factory.mktemp("clone") / "bluenoise-assets"
    for name in ("bluenoise_assets", "manifests", "shaders"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    return folder


class Service:
    """A project, and what every machine of a CI service has in common."""

    def __init__(self, name, project, scratch, python, submodule):
        self.text, self.project, self.scratch = page(name), project, scratch
        self.python, self.submodule = python, submodule
        self.machines = 0
        self.caches = {}
        self.artifacts = {}
        write_files(self.text, project)

    def machine(self):
        self.machines += 1
        home = self.scratch / f"home{self.machines}"
        home.mkdir(parents=True)
        return home, self.scratch / f"workspace{self.machines}"

    def check_out(self, workspace, *, submodules):
        assert submodules, "the tool is in a submodule"
        shutil.copytree(self.project, workspace)
        shutil.copytree(self.submodule, workspace / "tools" / "bluenoise-assets")

    def environment(self, home, **more):
        kept = {name: os.environ[name] for name in os.environ if name.startswith("PIP_") or name == "LANG"}
        return kept | {"HOME": str(home), "PATH": f"{self.python}{os.pathsep}{os.environ['PATH']}"} | more

    def run(self, line, workspace, env):
        if line == INSTALL and (self.python / "bluenoise-assets").exists():
            return None  # done on the first machine
        result = run_block(line, workspace, env)
        if line == INSTALL and result.returncode == 0:
            found = run_block("bluenoise-assets integration cmake", workspace, env).stdout.strip()
            assert Path(found).is_relative_to(self.python.parent), (
                "the machine runs what it installed, not this checkout"
            )
            assert (Path(found) / "BluenoiseAssets.cmake").is_file()
        return result

    def save_cache(self, key, folder):
        if folder.is_dir():
            self.caches[key] = shutil.copytree(folder, self.scratch / "caches" / key, dirs_exist_ok=True)

    def restore_cache(self, keys, folder):
        found = next((self.caches[have] for key in keys for have in sorted(self.caches) if have.startswith(key)), None)
        if found:
            shutil.copytree(found, folder)


class GitHub(Service):
    def __init__(self, *arguments):
        super().__init__("github", *arguments)

    def workflow(self, name):
        """Run a workflow's jobs; by job and matrix value the results of its `run` lines, up to a failure."""
        workflow = yaml.safe_load(files_of(self.text)[f".github/workflows/{name}"])
        assert workflow[True], "YAML 1.1 reads `on` so"
        assert workflow["permissions"] == {"contents": "read"}
        results = {}
        for job, content in workflow["jobs"].items():
            assert content.get("needs") in {None, *workflow["jobs"]}
            (matrix,) = content.get("strategy", {}).get("matrix", {"": [None]}).items()
            for value in matrix[1]:
                results[job, value] = self.job(content["steps"], {f"matrix.{matrix[0]}": str(value)})
        return results

    def job(self, steps, values):
        home, workspace = self.machine()
        summary = home / "summary.md"
        env = self.environment(home, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
        env |= {"GITHUB_WORKSPACE": str(workspace), "CI": "true"}
        results, at_the_end = [], []
        for step in steps:
            options = {name: self.filled(str(text), values) for name, text in step.get("with", {}).items()}
            if "run" in step:
                done = self.run(self.filled(step["run"], values), workspace, env)
                results += [done] if done else []
                if done and done.returncode:
                    break
            else:
                action, version = step["uses"].split("@")
                assert re.fullmatch(r"v\d+", version)
                match action:
                    case "actions/checkout":
                        self.check_out(workspace, submodules=options["submodules"] == "True")
                    case "actions/setup-python":
                        assert options == {"python-version": "3.12"}
                    case "actions/cache":
                        folder = Path(options["path"].replace("~", str(home)))
                        self.restore_cache([options["key"], *options["restore-keys"].split()], folder)
                        at_the_end.append((options["key"], folder))
                    case "actions/upload-artifact":
                        assert options["name"] not in self.artifacts, "names are unique in a run"
                        target = self.scratch / "artifacts" / str(self.machines) / options["name"]
                        hidden = shutil.ignore_patterns(".*")
                        if (workspace / options["path"]).is_dir():  # else the action warns
                            shutil.copytree(workspace / options["path"], target, ignore=hidden)
                            self.artifacts[options["name"]] = target
                    case "actions/download-artifact":
                        for name, folder in self.artifacts.items():
                            if name.startswith(options["pattern"].removesuffix("*")):
                                shutil.copytree(folder, workspace / options["path"] / name)
                    case _:
                        pytest.fail(f"what does {action} do?")
        for key, folder in at_the_end:
            self.save_cache(key, folder)
        self.summary = summary.read_text() if summary.exists() else ""
        return results

    def filled(self, text, values):
        """A text with its `${{ expressions }}` evaluated: matrix values, and the hash of the manifests."""

        def value(match):
            if match[1] == "hashFiles('manifests/**')":
                return hashlib.sha256((self.project / "manifests/noise.yaml").read_bytes()).hexdigest()
            return values[match[1]]

        return re.sub(r"\$\{\{ (.*?) \}\}", value, text)


class GitLab(Service):
    def __init__(self, *arguments):
        super().__init__("gitlab", *arguments)
        self.config = yaml.safe_load(files_of(self.text)[".gitlab-ci.yml"])
        assert self.config["image"] == "python:3.12"

    def job(self, name):
        """Run a job on each of its machines; the results of its lines, up to a failure."""
        content = self.config[name]
        assert content["stage"] in self.config["stages"]
        count = content.get("parallel", 1)
        results = []
        for index in range(1, count + 1):
            home, workspace = self.machine()
            given = {"CI_PROJECT_DIR": str(workspace), "CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(count)}
            variables = self.config["variables"]
            expanded = {key: self.expanded(text, given) for key, text in variables.items()}
            env = self.environment(home, **given, **expanded, CI="true", GITLAB_CI="true")
            self.check_out(workspace, submodules=expanded["GIT_SUBMODULE_STRATEGY"] == "recursive")
            for needed in content.get("needs", []):
                for folder in self.artifacts[needed]:
                    shutil.copytree(folder, workspace, dirs_exist_ok=True)
            cache = content.get("cache")
            if cache:
                key, (path,) = self.expanded(cache["key"], given), cache["paths"]
                self.restore_cache([key], workspace / path)
            mine = []
            for line in content["script"]:
                done = self.run(line, workspace, env)
                mine += [done] if done else []
                if done and done.returncode:
                    break
            results.append(mine)
            if cache:
                self.save_cache(key, workspace / path)
            for path in content.get("artifacts", {}).get("paths", []):
                target = self.scratch / "artifacts" / str(self.machines)
                if any((workspace / path).iterdir()):  # else the runner says so
                    shutil.copytree(workspace / path, target / path)
                    self.artifacts.setdefault(name, []).append(target)
        return results

    def expanded(self, text, given):
        return re.sub(r"\$(\w+)", lambda match: given[match[1]], text)


def assert_all_well(results):
    for result in results:
        assert result.returncode == 0, result.stdout + result.stderr


def assert_whole(folder, project, textures=TEXTURES):
    """All textures, with their lock and the hashes of all, as one machine alone would have built them."""
    assert set(contents(folder)) == textures | {"bluenoise.lock.json", "SHA256SUMS"}
    summed = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert summed.returncode == 0, summed.stdout
    assert {line.removesuffix(": OK") for line in summed.stdout.splitlines()} == textures | {"bluenoise.lock.json"}
    alone = project / "alone"
    assert run_cli("build", "manifests", "--output", alone, cwd=project).returncode == 0
    assert {name: (folder / name).read_bytes() for name in textures} == {
        name: (alone / name).read_bytes() for name in textures
    }
    shutil.rmtree(alone)


def leave_one(project):
    """Fewer textures than machines; returns the files that are left."""
    manifest = project / "manifests" / "noise.yaml"
    manifest.write_text(manifest.read_text().replace(str(list(SIZES)), str([SIZES[0]])))
    return {f"dither_{SIZES[0]}.png", f"dither_{SIZES[0]}.glsl"}


def edit(project):
    manifest = project / "manifests" / "noise.yaml"
    manifest.write_text(manifest.read_text().replace("shaders:", "  # seed: 1 was not good\n    seed: 2\nshaders:"))


def commit_textures(project):
    done = run_cli("build", "manifests", cwd=project)
    assert done.returncode == 0, done.stderr
    assert set(contents(project / "textures")) == TEXTURES | {"bluenoise.lock.json"}


def test_github_check(python, submodule, tmp_path):
    project = tmp_path / "project"
    service = GitHub(project, tmp_path, python, submodule)
    commit_textures(project)
    assert_all_well(service.workflow("textures.yml")["check", None])
    assert "All 3 textures are fresh" in service.summary
    edit(project)
    *_, result = service.workflow("textures.yml")["check", None]
    assert result.returncode == 3
    pattern = r"^::error file=manifests/noise\.yaml,line=4,col=3,.*dither_16.*seed: 0 -> 2$"
    assert re.search(pattern, result.stdout, re.MULTILINE), result.stdout
    assert "3 of 3 textures are stale" in service.summary


def test_github_build(python, submodule, tmp_path):
    project = tmp_path / "project"
    service = GitHub(project, tmp_path, python, submodule)
    results = service.workflow("build-textures.yml")
    assert set(results) == {("share", 1), ("share", 2), ("share", 3), ("textures", None)}
    for lines in results.values():
        assert_all_well(lines)
    assert_whole(service.artifacts["textures"], project)
    shares = [set(contents(service.artifacts[f"share-{share}"])) - {"bluenoise.lock.json"} for share in (1, 2, 3)]
    assert all(shares)
    assert sum(map(len, shares)) == len(TEXTURES)
    service.artifacts.clear()
    again = service.workflow("build-textures.yml")
    for share in (1, 2, 3):
        (result,) = again["share", share]
        built = [line for line in result.stdout.splitlines() if line.startswith("built ")]
        assert built
        assert all("(from the cache)" in line for line in built)
    assert_whole(service.artifacts["textures"], project)
    service.artifacts.clear()
    left = leave_one(project)
    for lines in service.workflow("build-textures.yml").values():
        assert_all_well(lines)
    assert_whole(service.artifacts["textures"], project, left)


def test_gitlab(python, submodule, tmp_path):
    project = tmp_path / "project"
    service = GitLab(project, tmp_path, python, submodule)
    commit_textures(project)
    (lines,) = service.job("check")
    assert_all_well(lines)
    edit(project)
    (lines,) = service.job("check")
    assert lines[-1].returncode == 3
    assert "manifests/noise.yaml:4:3: error: dither_16: dither_16.png: seed: 0 -> 2" in lines[-1].stderr
    # What a branch with these textures left in the cache, which is by content.
    assert run_cli("build", "manifests", "--output", tmp_path / "branch", cwd=project).returncode == 0
    for share in (1, 2, 3):
        service.save_cache(f"bluenoise-{share}", Path(os.environ["XDG_CACHE_HOME"]) / "bluenoise-assets")
    for lines in service.job("share"):
        assert_all_well(lines)
        assert lines[-3].stdout.count("(from the cache)") == lines[-3].stdout.count("built dither")
    (lines,) = service.job("textures")
    assert_all_well(lines)
    assert_whole(service.artifacts["textures"][0] / "build" / "textures", project)
    service.artifacts.clear()
    left = leave_one(project)
    for lines in service.job("share"):
        assert_all_well(lines)
    (lines,) = service.job("textures")
    assert_all_well(lines)
    assert_whole(service.artifacts["textures"][0] / "build" / "textures", project, left)
