"""A remote cache's URL holds no secret, is never repeated when it does, and needs what it says."""

import sys

import pytest
from support.processes import run_to_end
from support.projects import project, run_cli

from bluenoise_assets.builder.cache.remote.url import PACKAGES, check_installed, check_url
from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.errors import UsageError


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/noise",
        "s3://bucket",
        "gs://bucket/a-b_c.d/e",
        "abfs://container@account.dfs.core.windows.net/noise",
        "sftp://builder@farm.studio:2222/srv/noise",
        "https://cache.studio:8443/noise",
        "file:///srv/noise",
        "/srv/me@studio/noise?",
        r"\\server\share\noise",
        r"C:\cache",
    ],
)
def test_a_store_or_a_folder_may_be_named(url):
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "s3://AKIASECRET:wJalrSECRET@bucket/noise",
        "s3://AKIASECRET:wJalr/SECRET@bucket/noise",
        "s3://AKIA:SECRET/bucket",
        "https://SECRET@cache.studio/noise",
        "https://me:SECRET@cache.studio/noise",
        "sftp://me:SECRET@farm/noise",
        "https://account.blob.core.windows.net/noise?sv=2024&sig=SECRET",
        "https://cache.studio?token=SECRET",
        "https://cache.studio/noise#SECRET",
        "simplecache::s3://SECRET@bucket/noise",
    ],
)
def test_one_with_a_secret_is_refused_without_being_repeated(url, tmp_path, monkeypatch):
    with pytest.raises(UsageError) as raised:
        CacheSettings(tmp_path, url)
    assert "SECRET" not in str(raised.value)
    assert "AKIA" not in str(raised.value)


def test_a_secret_is_refused_before_anything_is_built_or_shown(tmp_path):
    game = project(tmp_path)
    for environment in ({}, {"BLUENOISE_REMOTE_CACHE": "s3://key:SECRET@bucket"}):
        options = () if environment else ("--remote-cache", "s3://key:SECRET@bucket")
        done = run_cli("build", game, *options, cwd=tmp_path, **environment)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "SECRET" not in done.stderr
        assert "AWS_PROFILE" in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_can_be_of_no_use_is_refused():
    with pytest.raises(UsageError, match="end with the build"):
        check_url("memory://noise")
    check_url("https://cache.studio")
    with pytest.raises(UsageError, match="can only be read"):
        check_url("https://cache.studio", write=True)


NOT_INSTALLED = """
import sys
sys.modules[{module!r}] = None
from importlib.util import find_spec
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == {module!r} else find(name, *more)
from bluenoise_assets.cli import main
sys.exit(main({arguments!r}))
"""


@pytest.mark.parametrize(
    ("url", "module", "command"),
    [
        ("s3://bucket", "s3fs", 'python -m pip install "bluenoise-assets[remote]" s3fs'),
        ("/srv/noise", "fsspec", 'python -m pip install "bluenoise-assets[remote]"'),
    ],
)
@pytest.mark.parametrize("verb", ["build", "watch"])
def test_what_is_not_installed_is_one_line_with_the_command(url, module, command, verb, tmp_path):
    game = project(tmp_path)
    code = NOT_INSTALLED.format(module=module, arguments=[verb, str(game), "--remote-cache", url])
    done = run_to_end([sys.executable, "-c", code], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == f"bluenoise-assets: error: the remote cache needs {module}, which is not installed: {command}\n"
    )
    assert not (tmp_path / "out").exists()


def test_what_fsspec_does_not_know_is_refused():
    with pytest.raises(UsageError, match="begins with nonsense://, which fsspec does not know"):
        check_installed("nonsense://bucket")


def test_the_table_says_what_fsspec_says():
    """Of the stores whose packages it knows; those of its own implementations are tried by importing them."""
    from fsspec.registry import known_implementations

    for protocol, (module, _) in PACKAGES.items():
        if protocol == "abfss":  # which adlfs adds when it is installed
            continue
        theirs = known_implementations[protocol]["class"].partition(".")[0]
        assert theirs in {module, "fsspec"}, protocol


@pytest.mark.parametrize(
    ("options", "environment", "text"),
    [
        (["--remote-write"], {}, "--remote-write: there is no remote cache"),
        (["--remote-cache", ""], {}, "--remote-cache: the URL is empty"),
        (["--remote-cache", "r"], {"BLUENOISE_REMOTE_TIMEOUT": "soon"}, "BLUENOISE_REMOTE_TIMEOUT: 'soon' is not"),
        (["--remote-cache", "r"], {"BLUENOISE_REMOTE_TIMEOUT": "nan"}, "BLUENOISE_REMOTE_TIMEOUT: 'nan' is not"),
        (["--remote-cache", "r"], {"BLUENOISE_CACHE_WRITE": "yes"}, "BLUENOISE_CACHE_WRITE: 'yes' is neither 1 nor 0"),
    ],
)
def test_what_is_wrong_with_the_options_is_one_line(options, environment, text, tmp_path, monkeypatch, capsys):
    from bluenoise_assets.cli import main

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert main(["build", str(project(tmp_path)), *options]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert text in err


def test_off_turns_it_off_and_so_does_a_cache_that_is_off(tmp_path, monkeypatch):
    from bluenoise_assets.cli.arguments import parse
    from bluenoise_assets.cli.planning import cache_settings_of

    monkeypatch.setenv("BLUENOISE_REMOTE_CACHE", "s3://bucket")
    monkeypatch.setenv("BLUENOISE_CACHE_WRITE", "1")
    folder = ["--cache", str(tmp_path)]
    assert cache_settings_of(parse(["build", *folder])) == CacheSettings(tmp_path, "s3://bucket", write=True)
    assert cache_settings_of(parse(["build", *folder, "--remote-cache", "off"])) == CacheSettings(tmp_path)
    assert cache_settings_of(parse(["watch", "--cache", "off"])) == CacheSettings(None)
    chosen = cache_settings_of(parse(["watch", *folder, "--remote-cache", "gs://other"]))
    assert chosen.remote == "gs://other"


def test_the_cache_command_says_where_it_is(tmp_path, monkeypatch, capsys):
    from bluenoise_assets.cli import main

    monkeypatch.setenv("BLUENOISE_REMOTE_CACHE", "s3://bucket/noise")
    assert main(["cache", "--cache", str(tmp_path)]) == 0
    assert "remote: s3://bucket/noise, only read" in capsys.readouterr().out
