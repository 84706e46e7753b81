"""A certificate authority for a test, and one certificate of it for everybody."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from support.tools import require_module


@dataclass(frozen=True)
class Files:
    authority: Path
    certificate: Path
    key: Path


def certificates(folder: Path) -> Files:
    """Files in PEM, good for an hour."""
    require_module("cryptography", 'python -m pip install "bluenoise-assets[dask]"')
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = dt.datetime.now(dt.UTC)

    def signed(name, key, issuer, issuer_key, is_authority):
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(hours=1))
        builder = builder.not_valid_after(now + dt.timedelta(hours=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    files = Files(folder / "authority.pem", folder / "farm.pem", folder / "farm.key")
    files.authority.write_bytes(signed(named("test"), authority_key, named("test"), authority_key, True))
    files.certificate.write_bytes(signed(named("farm"), key, named("test"), authority_key, False))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files.key.write_bytes(pem)
    return files
