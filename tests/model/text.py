"""Texts that random files hold, and what POSIX tools make of them."""


def sentence(rng):
    """One line: those that begin with k get through to what reads keys only."""
    return f"{rng.choice('kkxxx')} {rng.choice(['red', 'green', 'blue'])} {rng.randrange(100)}"


def crc_table():
    table = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        table.append(crc & 0xFFFFFFFF)
    return table


TABLE = crc_table()


def cksum(data):
    """What `cksum` prints of its standard input: POSIX's CRC, and the length."""
    crc = 0
    length = len(data)
    tail = bytearray()
    while length:
        tail.append(length & 0xFF)
        length >>= 8
    for byte in bytes(data) + bytes(tail):
        crc = ((crc << 8) & 0xFFFFFFFF) ^ TABLE[(crc >> 24) ^ byte]
    return b"%d %d\n" % (crc ^ 0xFFFFFFFF, len(data))
