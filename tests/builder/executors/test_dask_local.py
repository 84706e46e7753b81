"""Without a scheduler dask's processes are this machine's, and live as long as the watch; and TLS as dask has it."""

import os
import sys
from pathlib import Path

import pytest
from support.certificates import certificates
from support.farm import INSTALL, Farm
from support.paths import ROOT
from support.processes import run_to_end
from support.projects import QUICK, contents, project
from support.tools import require_module

from bluenoise_assets.builder.executors.dask_cluster import DaskCluster
from bluenoise_assets.builder.watch import watch

MANIFEST = f"schema: 1\noutput: out\ntextures: {{a: {{size: 8, {QUICK}}}}}\n"


def test_a_watch_keeps_its_processes_and_ends_them(tmp_path):
    require_module("distributed", INSTALL)
    path = project(tmp_path, MANIFEST)
    cluster, events, processes = DaskCluster(), [], []

    def stop():
        done = sum(event.event == "done" for event in events)
        assert not any(event.event in {"failed", "error"} for event in events), events
        if done > len(processes):
            assert cluster._processes.security.require_encryption
            processes.append(cluster._session.client.run(os.getpid))
            path.write_text(MANIFEST.replace("size", "seed: 9, size"))
        return len(processes) == 2

    try:
        watch([path], jobs=1, cluster=cluster, listener=events.append, stop=stop)
    finally:
        cluster.close()
    assert [event.event for event in events if event.event in {"built", "failed"}] == ["built"] * 2
    first, second = processes
    assert first == second
    assert len(first) == 1
    for process in first.values():
        assert process != os.getpid()
        if Path("/proc/self").exists():
            assert not Path(f"/proc/{process}").exists()


@pytest.mark.skipif(os.name != "posix", reason="the farm's loops are a shell's")
def test_a_scheduler_with_tls(tmp_path):
    files = certificates(tmp_path)
    tls = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(files.authority)}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        tls[f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT"] = str(files.certificate)
        tls[f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY"] = str(files.key)
    path = project(tmp_path, MANIFEST)
    farm = Farm(tmp_path / "farm", workers=1, protocol="tls", **tls)
    command = [sys.executable, "-m", "bluenoise_assets", "build", path, "--scheduler", farm.address, "--quiet"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        refused = run_to_end(command, env=environment)
        built = run_to_end(command, env=environment | tls)
    finally:
        farm.close()
    assert refused.returncode == 2
    assert f"--scheduler: {farm.address} needs certificates, in dask's configuration" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert (built.returncode, built.stderr) == (0, "")
    assert "out/a.png" in contents(tmp_path)
