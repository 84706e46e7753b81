"""ktx-parse, which reads KTX2 files: installed once, for all tests of a process."""

import base64
import json
import shutil
import subprocess

import pytest
from support.paths import TESTS
from support.tools import missing, require

PACKAGES = ["ktx-parse@2.0.0"]


@pytest.fixture(scope="session")
def ktx_parse(tmp_path_factory):
    """A function: what ktx-parse reads of each file, by name."""
    node = require("node", "apt-get install nodejs")
    npm = require("npm", "apt-get install npm")
    folder = tmp_path_factory.mktemp("ktx-parse")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    installed = subprocess.run(
        [npm, "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", *PACKAGES],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode != 0:
        missing(PACKAGES[0], f"npm install {' '.join(PACKAGES)} (it said: {installed.stderr.strip()[-300:]})")
    shutil.copy((TESTS / "support" / "read_ktx.mjs"), folder)

    def read(files):
        path = tmp_path_factory.mktemp("ktx2") / "files.json"
        path.write_text(json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()}))
        done = subprocess.run([node, "read_ktx.mjs", str(path)], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return read
