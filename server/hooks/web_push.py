"""A message for a closed browser as push services and browsers want it: encrypted for that browser (RFC 8291), signed
by this site (RFC 8292). Nothing is sent."""

import hashlib
import hmac
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from server.election.refusals import Refused
from server.stream.clock import now

SERVICES = ("googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
"""Where browsers have their push services; a message goes to no other public host."""
_RECORD = 4096  # bytes, of which ours take less
_SIGNED_FOR = 12 * 3600  # seconds; a push service takes at most a day
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_CURVE = ec.SECP256R1()


class Subscription(Struct, frozen=True):
    """How a browser is reached: the address at its push service, its public key and its secret, both in base64url; in
    which language it is told, and of which seats, by slug. Nothing after ``after``, a seq, is news to it before."""

    endpoint: str
    p256dh: str
    auth: str
    lang: str
    seats: tuple[str, ...]
    after: int = 0

    @property
    def id(self) -> str:
        """What it is kept by: whoever has the address has the subscription."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()[:24]


@lru_cache(4)
def public_key(secret: str) -> str:
    """The public key by which push services know this site, as browsers want it."""
    return _encoded(_point(_key(secret).public_key()))


def check(subscription: Subscription, networks: tuple[str, ...]) -> None:
    """Refused if nothing could be sent to a subscription. At ``networks`` a push service may be anybody's."""
    parts = urlsplit(subscription.endpoint)
    host = parts.hostname or ""
    known = parts.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in SERVICES)
    ours = parts.scheme == "http" and networks  # to which alone anything goes without https
    if "@" in parts.netloc or not (known or ours):
        raise Refused("push-service", "This browser has its push service at an address that is not known here.")
    try:
        _shared(ec.generate_private_key(_CURVE), _decoded(subscription.p256dh))
        right = len(_decoded(subscription.auth)) == 16
    except (ValueError, InvalidKey):
        right = False
    if not right:
        raise Refused("push-keys", "The keys of this browser's push service cannot be used.")


def encrypted(subscription: Subscription, text: bytes) -> bytes:
    """The body of a message that only this browser can read, as ``aes128gcm``."""
    ours, salt, theirs = ec.generate_private_key(_CURVE), os.urandom(16), _decoded(subscription.p256dh)
    point = _point(ours.public_key())
    info = b"WebPush: info\0" + theirs + point
    secret = _derived(_shared(ours, theirs), _decoded(subscription.auth), info, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!IB", _RECORD, len(point)) + point
    return header + AESGCM(key).encrypt(nonce, text + b"\2", None)


def headers(subscription: Subscription, secret: str, contact: str, topic: str) -> list[tuple[str, str]]:
    """The headers of a message. One that has not been delivered is replaced by the next of its ``topic``."""
    parts = urlsplit(subscription.endpoint)
    signed = _signed(f"{parts.scheme}://{parts.netloc}", secret, contact, int(now().timestamp()) // 3600)
    return [
        ("Authorization", f"vapid t={signed},k={public_key(secret)}"),
        ("Content-Encoding", "aes128gcm"),
        ("Content-Type", "application/octet-stream"),
        ("TTL", "7200"),
        ("Urgency", "high"),
        ("Topic", hashlib.sha256(topic.encode()).hexdigest()[:32]),
        ("User-Agent", "Declared"),
    ]


@lru_cache(64)
def _signed(origin: str, secret: str, contact: str, hour: int) -> str:
    claims = {"aud": origin, "exp": hour * 3600 + _SIGNED_FOR, "sub": contact}
    parts = [_encoded(msgspec.json.encode(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims)]
    text = ".".join(parts)
    r, s = decode_dss_signature(_key(secret).sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@lru_cache(4)
def _key(secret: str) -> ec.EllipticCurvePrivateKey:
    """Made of the place's SECRET_KEY whenever it is first wanted, so that all processes have the same."""
    made = hmac.digest(secret.encode(), b"the key of Web Push", hashlib.sha512)
    return ec.derive_private_key(int.from_bytes(made, "big") % (_ORDER - 1) + 1, _CURVE)


def _shared(ours: ec.EllipticCurvePrivateKey, theirs: bytes) -> bytes:
    return ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
