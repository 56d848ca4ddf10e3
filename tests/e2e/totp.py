"""The six digits an authenticator app shows (RFC 6238: SHA-1, 30 s), so that the tests can be the app."""

import base64
import hashlib
import hmac
import struct
import time

PERIOD_S = 30


def code_at(secret: str, step: int) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class App:
    """An authenticator app that never shows the same code twice: codes of the step before and after also count."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.used: set[int] = set()

    def code(self) -> str:
        while True:
            now = int(time.time()) // PERIOD_S
            free = [step for step in (now, now + 1, now - 1) if step not in self.used]
            if free:
                self.used.add(free[0])
                return code_at(self.secret, free[0])
            time.sleep(1)
