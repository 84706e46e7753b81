"""The CI pages: each line of their workflows is run, in its order, with what the services do around them simulated."""

import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from support.pages import files_of, page, run_block, write_files
from support.paths import ROOT
from support.projects import contents, run_cli
from support.tools import require_module

from bluenoise_assets import __version__

INSTALL = "python -m pip install ./tools/bluenoise-assets"
INSTALL_TO_CHECK = "python -m pip install --no-deps ./tools/bluenoise-assets pyyaml"
SIZES = (16, 32, 64)
COMMON = "bluenoise_common.glsl"
TEXTURES = {COMMON, *(f"dither_{size}.{suffix}" for size in SIZES for suffix in ("png", "glsl"))}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the workflows are for Linux")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Machines' Pythons, by the line that installs, which the first job runs.

    The whole tool's dependencies come from the running environment; an environment that only checks has what the line
    installs, and nothing else.
    """
    whole, small = (tmp_path_factory.mktemp(name) for name in ("whole", "small"))
    venv.create(whole, with_pip=False)
    (site,) = whole.glob("lib/python*/site-packages")
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(paths)) + "\n")
    venv.create(small, with_pip=False)
    (site,) = small.glob("lib/python*/site-packages")
    (site / "pip").symlink_to(Path(find_spec("pip").origin).parent)
    return {INSTALL: whole / "bin", INSTALL_TO_CHECK: small / "bin"}


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

    keeps_first = False
    """Whether what was saved under a cache's key is never written again."""

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
        return kept | {"HOME": str(home), "PATH": os.environ["PATH"]} | more

    def run(self, line, workspace, env):
        python = self.python.get(line)
        if python is None:
            return run_block(line, workspace, env)
        env["PATH"] = f"{python}{os.pathsep}{os.environ['PATH']}"
        if (python / "bluenoise-assets").exists():
            return None  # done on the first machine
        result = run_block(line, workspace, env)
        if result.returncode == 0:
            found = run_block("bluenoise-assets integration cmake", workspace, env).stdout.strip()
            assert Path(found).is_relative_to(python.parent), "the machine runs what it installed, not this checkout"
            assert (Path(found) / "BluenoiseAssets.cmake").is_file()
        return result

    def save_cache(self, key, folder):
        if folder.is_dir() and not (self.keeps_first and key in self.caches):
            self.caches[key] = shutil.copytree(folder, self.scratch / "caches" / key, dirs_exist_ok=True)

    def restore_cache(self, keys, folder):
        found = next((self.caches[have] for key in keys for have in sorted(self.caches) if have.startswith(key)), None)
        if found:
            shutil.copytree(found, folder)


class GitHub(Service):
    keeps_first = True

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
                        assert options.pop("python-version") == "3.12"
                        if options:
                            assert options.pop("cache") == "pip"
                            assert (workspace / options.pop("cache-dependency-path")).is_file()
                        assert not options
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
        """A text with its `${{ expressions }}` evaluated: matrix values, and the hash of files."""

        def value(match):
            if not match[1].startswith("hashFiles("):
                return values[match[1]]
            hashes = []
            for pattern in re.findall("'(.+?)'", match[1]):
                in_tool = pattern.startswith("tools/bluenoise-assets/")
                root = self.submodule if in_tool else self.project
                folder = root / pattern.removeprefix("tools/bluenoise-assets/").removesuffix("/**")
                files = sorted(path for path in folder.rglob("*") if path.is_file())
                assert files, pattern
                hashes += [path.read_bytes() for path in files]
            return hashlib.sha256(b"".join(hashes)).hexdigest()

        return re.sub(r"\$\{\{ (.*?) \}\}", value, text)


class GitLab(Service):
    def __init__(self, *arguments):
        super().__init__("gitlab", *arguments)
        self.files = {name: yaml.safe_load(text) for name, text in files_of(self.text).items() if "gitlab" in name}
        names = [name for config in self.files.values() for name in config]
        assert len(names) == len(set(names)), "a project may include both"
        self.report = None

    def job(self, file, name):
        """Run a job on each of its machines; the results of its lines, up to a failure."""
        config = self.files[file]
        content = config[name]
        content = config.get(content.get("extends"), {}) | content
        assert content["image"] == "python:3.12"
        assert content.get("stage", "test") in {"build", "test"}, "stages that each project has"
        count = content.get("parallel", 1)
        results = []
        for index in range(1, count + 1):
            home, workspace = self.machine()
            given = {"CI_PROJECT_DIR": str(workspace), "CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(count)}
            given |= {key: self.expanded(text, given) for key, text in content["variables"].items()}
            env = self.environment(home, **given, CI="true", GITLAB_CI="true")
            self.check_out(workspace, submodules=given["GIT_SUBMODULE_STRATEGY"] == "recursive")
            for needed in content.get("needs", []):
                for folder in self.artifacts[needed]:
                    shutil.copytree(folder, workspace, dirs_exist_ok=True)
            caches = [
                (self.expanded(cache["key"], given), workspace / path)
                for cache in content.get("cache", [])
                for path in cache["paths"]
            ]
            for key, folder in caches:
                self.restore_cache([key], folder)
            mine = []
            for line in content["script"]:
                done = self.run(line, workspace, env)
                mine += [done] if done else []
                if done and done.returncode:
                    break
            results.append(mine)
            for key, folder in caches:
                self.save_cache(key, folder)
            self.keep_artifacts(name, content.get("artifacts", {}), workspace, failed=bool(mine[-1].returncode))
        return results

    def keep_artifacts(self, name, artifacts, workspace, *, failed):
        if failed and artifacts.get("when") != "always":
            return
        if "reports" in artifacts:
            (self.report,) = junitparser().JUnitXml.fromfile(str(workspace / artifacts["reports"]["junit"]))
            assert artifacts["reports"]["junit"].endswith(".xml"), "as GitLab's documentation asks for"
        for path in artifacts.get("paths", []):
            target = self.scratch / "artifacts" / str(self.machines)
            if any((workspace / path).iterdir()):  # else the runner says so
                shutil.copytree(workspace / path, target / path)
                self.artifacts.setdefault(name, []).append(target)

    def expanded(self, text, given):
        return re.sub(r"\$(\w+)", lambda match: given[match[1]], text)


def junitparser():
    return require_module("junitparser", "pip install junitparser")


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
    return {f"dither_{SIZES[0]}.png", f"dither_{SIZES[0]}.glsl", COMMON}


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
    assert sum(len(share - {COMMON}) for share in shares) == len(TEXTURES - {COMMON})
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


def test_github_saves_what_a_new_version_of_the_tool_makes(python, submodule, tmp_path):
    """A key's cache is written once: under the same key all would be made again in every run."""
    service = GitHub(tmp_path / "project", tmp_path, python, shutil.copytree(submodule, tmp_path / "tool"))
    steps = yaml.safe_load(files_of(service.text)[".github/workflows/build-textures.yml"])["jobs"]["share"]["steps"]
    (key,) = [step["with"]["key"] for step in steps if step.get("uses", "").startswith("actions/cache@")]
    before = service.filled(key, {"matrix.share": "1"})
    assert before == service.filled(key, {"matrix.share": "1"})
    with (service.submodule / "bluenoise_assets" / "spec" / "canonical.py").open("a") as source:
        source.write("# another version\n")
    assert before != service.filled(key, {"matrix.share": "1"})


CHECK, BUILD = ".gitlab-ci.yml", ".gitlab/build-textures.yml"


def test_gitlab_check(python, submodule, tmp_path):
    project = tmp_path / "project"
    service = GitLab(project, tmp_path, python, submodule)
    commit_textures(project)
    (lines,) = service.job(CHECK, "check-textures")
    assert_all_well(lines)
    assert (service.report.tests, service.report.failures) == (3, 0)
    edit(project)
    (lines,) = service.job(CHECK, "check-textures")
    assert lines[-1].returncode == 3
    assert "manifests/noise.yaml:4:3: error: dither_16: dither_16.png: seed: 0 -> 2" in lines[-1].stderr
    assert (service.report.tests, service.report.failures) == (3, 3)
    cases = {case.name: case for case in service.report}
    assert set(cases) == {"dither_16", "dither_32", "dither_64"}
    assert cases["dither_16"].classname == "manifests/noise.yaml"
    (failure,) = cases["dither_16"].result
    assert failure.text == "manifests/noise.yaml:4:3: dither_16.png: seed: 0 -> 2"


def test_gitlab_build(python, submodule, tmp_path):
    project = tmp_path / "project"
    service = GitLab(project, tmp_path, python, submodule)
    # What a branch with these textures left in the cache, which is by content.
    assert run_cli("build", "manifests", "--output", tmp_path / "branch", cwd=project).returncode == 0
    for share in (1, 2, 3):
        folder = Path(os.environ["XDG_CACHE_HOME"]) / "bluenoise-assets"
        service.save_cache(f"bluenoise-{__version__}-{share}", folder)
    for lines in service.job(BUILD, "share"):
        assert_all_well(lines)
        assert lines[-3].stdout.count("(from the cache)") == lines[-3].stdout.count("built dither")
    (lines,) = service.job(BUILD, "textures")
    assert_all_well(lines)
    assert (service.report.tests, service.report.failures) == (3, 0)
    assert_whole(service.artifacts["textures"][0] / "build" / "textures", project)
    service.artifacts.clear()
    left = leave_one(project)
    for lines in service.job(BUILD, "share"):
        assert_all_well(lines)
    (lines,) = service.job(BUILD, "textures")
    assert_all_well(lines)
    assert_whole(service.artifacts["textures"][0] / "build" / "textures", project, left)


def test_what_an_environment_that_only_checks_can_do(python, submodule, tmp_path):
    """Every verb but those that make textures; those say what is missing."""
    project = tmp_path / "project"
    service = GitLab(project, tmp_path, python, submodule)
    shutil.copytree(ROOT / "manifests", project / "manifests", dirs_exist_ok=True)
    (project / "manifests" / "noise.yaml").unlink()
    home, workspace = service.machine()
    service.check_out(workspace, submodules=True)
    env = service.environment(home)
    service.run(INSTALL_TO_CHECK, workspace, env)

    def run(line, code):
        result = run_block(line, workspace, env)
        assert result.returncode == code, result.stdout + result.stderr
        return result

    missing = ("jax", "jaxlib", "numpy", "imageio", "watchdog")
    run("python -c 'import yaml'", 0)
    for name in missing:
        run(f"python -c 'import {name}'", 1)
    stale = run("bluenoise-assets plan manifests", 0).stdout
    assert re.search(r"^(\d+) of \1 textures to build$", stale, re.MULTILINE)
    run("bluenoise-assets check manifests", 3)
    run("bluenoise-assets check --shard 1/2 manifests", 3)
    run("bluenoise-assets build manifests --list-outputs", 0)
    for verb in ("build", "watch --once"):
        result = run(f"bluenoise-assets {verb} manifests", 1)
        assert re.fullmatch(r"bluenoise-assets: error: \w+ is not installed, which this needs; .*\n", result.stderr)
    small = workspace / "small.yaml"
    small.write_text("schema: 1\noutput: out\ntextures: {a: {size: 8, effort: fast, engines: [unity, raw]}}\n")
    assert run_cli("build", "small.yaml", cwd=workspace).returncode == 0
    for verb in ("check", "plan", "build"):
        assert "all fresh" in run(f"bluenoise-assets {verb} small.yaml", 0).stdout
    run("bluenoise-assets merge out --output whole --sha256sums", 0)
    assert "removed" in run("bluenoise-assets clean small.yaml", 0).stdout
