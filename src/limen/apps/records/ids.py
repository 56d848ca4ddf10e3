"""Time-ordered identifiers (RFC 9562, UUID version 7). Python's own arrives in 3.14."""

import os
import uuid

from limen.apps.records import clock


def uuid7() -> uuid.UUID:
    """48 bits of Unix milliseconds, then 74 random bits: mintable offline, sorts by creation."""
    milliseconds = int(clock.now().timestamp() * 1000)
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= (random_bits >> 68 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & ((1 << 62) - 1)
    return uuid.UUID(int=value)
