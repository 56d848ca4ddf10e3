"""Encryption of single values: AES-256-GCM, random 96-bit nonce, bound to table, row and column (S49)."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

PREFIX = "enc1"


class UnreadableValue(Exception):
    """A stored value was altered, moved to another row, or its key is not loaded."""


class Ciphertext(str):
    """A sealed value as it lies in the database: enc1:<key id>:<base64 of nonce + ciphertext>."""


def seal(plaintext: str, bound_to: str) -> Ciphertext:
    key_id, key = settings.LIMEN_ACTIVE_KEY
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), bound_to.encode())
    return Ciphertext(f"{PREFIX}:{key_id}:{base64.b64encode(nonce + sealed).decode()}")


def unseal(ciphertext: str, bound_to: str) -> str:
    try:
        prefix, key_id, body = ciphertext.split(":", 2)
        if prefix != PREFIX:
            raise UnreadableValue("not a sealed value")
        raw = base64.b64decode(body)
        return AESGCM(settings.LIMEN_KEYS[key_id]).decrypt(raw[:12], raw[12:], bound_to.encode()).decode()
    except KeyError as error:
        raise UnreadableValue(f"the key '{key_id}' is not loaded") from error
    except (InvalidTag, ValueError) as error:
        raise UnreadableValue("the value was altered or belongs to another row") from error


def blind_index(term: str) -> str:
    """A keyed digest of a normalised search term: equal terms match, nothing can be read back."""
    return hmac.new(settings.LIMEN_INDEX_KEY, term.encode(), hashlib.sha256).hexdigest()[:32]
