"""What may be given as a remote cache's URL: no credentials, and only what is installed. Loads nothing of fsspec."""

import re
from importlib.util import find_spec

from bluenoise_assets.errors import UsageError

EXTRA = 'python -m pip install "bluenoise-assets[remote]"'

PACKAGES = {
    "s3": ("s3fs", "s3fs"),
    "s3a": ("s3fs", "s3fs"),
    "gs": ("gcsfs", "gcsfs"),
    "gcs": ("gcsfs", "gcsfs"),
    "az": ("adlfs", "adlfs"),
    "abfs": ("adlfs", "adlfs"),
    "abfss": ("adlfs", "adlfs"),
    "oci": ("ocifs", "ocifs"),
    "oss": ("ossfs", "ossfs"),
    "http": ("aiohttp", "aiohttp"),
    "https": ("aiohttp", "aiohttp"),
    "sftp": ("paramiko", "paramiko"),
    "ssh": ("paramiko", "paramiko"),
    "smb": ("smbclient", "smbprotocol"),
    "file": ("fsspec", "fsspec"),
    "local": ("fsspec", "fsspec"),
}
"""By protocol, the module that a store needs beside fsspec, and the package that has it. fsspec knows of more."""

READ_ONLY = {"http", "https"}

NAMED_BEFORE_AT = {"abfs", "abfss", "sftp", "ssh", "smb"}
"""Where `name@host` is a container's or a user's name, and no secret."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://([^/]*)(.*)", re.DOTALL)
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]*\]|[^:\[\]]*)(?::[0-9]*)?")


def protocol_of(url: str) -> str:
    """`s3` of `s3://bucket/folder`; `file` of a path."""
    found = _URL.fullmatch(url)
    return found[1].lower() if found else "file"


def check_url(url: str, *, write: bool = False) -> None:
    """Raise `UsageError`, which never repeats the URL, for one that holds a secret or that can be of no use."""
    if "::" in url:
        raise UsageError("the remote cache's URL is a chain of several (::); give that of the store alone")
    if not (found := _URL.fullmatch(url)):
        return  # a shared folder's path
    protocol, authority, rest = found[1].lower(), found[2], found[3]
    name, at, host = authority.rpartition("@")
    is_bare = not (at and (":" in name or protocol not in NAMED_BEFORE_AT))
    if not is_bare or not _HOST.fullmatch(host) or set(rest) & set("@?#") or set(host) & set("?#"):
        raise UsageError(
            "the remote cache's URL holds a user, a password or a query, which end up in logs; leave credentials to "
            "the store's own environment variables or configuration files, as AWS_PROFILE or ~/.aws for s3://"
        )
    if protocol == "memory":
        raise UsageError("a remote cache in memory:// would end with the build; give a store's URL, or a folder")
    if write and protocol in READ_ONLY:
        raise UsageError(
            f"a remote cache at {protocol}:// can only be read; write to the store behind it by its own URL"
        )


def check_installed(url: str) -> None:
    """Raise `UsageError`, with the command that mends it, if something that a URL needs is not installed."""
    protocol = protocol_of(url)
    if find_spec("fsspec") is None:
        module, package = "fsspec", PACKAGES.get(protocol, ("", ""))[1]
    else:
        module, package = PACKAGES.get(protocol) or _known_to_fsspec(protocol)
        if find_spec(module) is not None:
            return
    more = "" if package in {"", "fsspec"} else f" {package}"
    raise UsageError(f"the remote cache needs {module}, which is not installed: {EXTRA}{more}")


def _known_to_fsspec(protocol: str) -> tuple[str, str]:
    """The module of a protocol that fsspec, or a plug-in of it, knows."""
    from fsspec.registry import known_implementations, registry

    if protocol in registry:
        return "fsspec", "fsspec"
    if protocol not in known_implementations:
        raise UsageError(f"the remote cache's URL begins with {protocol}://, which fsspec does not know")
    module = str(known_implementations[protocol]["class"]).partition(".")[0]
    return module, module
