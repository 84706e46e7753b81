"""A store with a real S3 API on loopback: moto's server in a process of its own, asked through s3fs."""

import contextlib
import re
import subprocess
import tempfile
import time
from pathlib import Path

from support.tools import require, require_module

BUCKET = "studio"
SECRET_KEY = "very-secret"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_DEFAULT_REGION": "us-east-1"}


def environment(port):
    """What a user of the store sets, who has no configuration of AWS."""
    nothing = {"AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
    return KEYS | nothing | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}


@contextlib.contextmanager
def s3_server():
    """The port of a server with an empty bucket."""
    install = 'pip install "moto[s3]" flask flask-cors s3fs'
    require_module("s3fs", install)
    server = require("moto_server", install)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with log.open("wb") as file:
            process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", "0"], stdout=file, stderr=file)
        try:
            while not (found := re.search(r"Running on http://127.0.0.1:(\d+)", log.read_text())):
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            file_system(port := int(found[1])).mkdir(BUCKET)
            yield port
        finally:
            process.terminate()
            process.wait()


def file_system(port):
    """The store, as s3fs has it."""
    import s3fs

    return s3fs.S3FileSystem(
        key="testing",
        secret=SECRET_KEY,
        endpoint_url=f"http://127.0.0.1:{port}",
        skip_instance_cache=True,
        use_listings_cache=False,
    )
