"""The secrets with which what is sent is signed. None is stored: each follows from the place's own key."""

import base64
import hashlib
import hmac


def secret_of(key: str, hook: str) -> str:
    """The secret of a webhook as the Standard Webhooks rules write it, ``whsec_`` and 32 bytes in Base64; ``key`` is
    ``SECRET_KEY``, and with another one every secret is another."""
    made = hmac.digest(key.encode(), b"the secret of a webhook\0" + hook.encode(), hashlib.sha256)
    return f"whsec_{base64.b64encode(made).decode()}"
