#include "engine/manifest/ninja/command_hash.h"

#include <endian.h>
#include <string.h>

static uint64_t read64(const unsigned char *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return le64toh(value);
}

static uint64_t read32(const unsigned char *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return le32toh(value);
}

/*
 * MurmurHash64A by Austin Appleby, who placed it in the public domain
 * (https://github.com/aappleby/smhasher), with the seed that ninja uses. Logs up to version 6.
 */
static uint64_t murmur64a(const unsigned char *p, size_t length)
{
    const uint64_t seed = UINT64_C(0xdecafbaddecafbad);
    const uint64_t m = UINT64_C(0xc6a4a7935bd1e995);
    const int r = 47;
    uint64_t h = seed ^ (length * m);
    for (; length >= 8; p += 8, length -= 8) {
        uint64_t k = read64(p) * m;
        k = (k ^ (k >> r)) * m;
        h = (h ^ k) * m;
    }
    if (length > 0) {
        uint64_t rest = 0;
        for (size_t i = length; i-- > 0;)
            rest = rest << 8 | p[i];
        h = (h ^ rest) * m;
    }
    h = (h ^ (h >> r)) * m;
    return h ^ (h >> r);
}

/* The product's two halves. */
static void multiply(uint64_t *a, uint64_t *b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)*a * *b;
    *a = (uint64_t)product;
    *b = (uint64_t)(product >> 64);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    multiply(&a, &b);
    return a ^ b;
}

/*
 * rapidhash, version 1, by Nicolas De Carli, after wyhash by Wang Yi
 * (https://github.com/Nicoshev/rapidhash), with its default seed and secrets. Logs of version 7.
 */
static uint64_t rapidhash(const unsigned char *p, size_t length)
{
    const uint64_t secret[3] = {UINT64_C(0x2d358dccaa6c78a5), UINT64_C(0x8bb84b93962eacc9),
                                UINT64_C(0x4b33a62ed433d4a3)};
    uint64_t seed = UINT64_C(0xbdd89aa982704029);
    uint64_t a = 0, b = 0;
    seed ^= mix(seed ^ secret[0], secret[1]) ^ length;
    if (length > 16) {
        size_t rest = length;
        if (rest > 48) { /* three lanes of sixteen bytes */
            uint64_t lane[3] = {seed, seed, seed};
            for (; rest >= 48; p += 48, rest -= 48) {
                for (size_t i = 0; i < 3; i++)
                    lane[i] = mix(read64(p + 16 * i) ^ secret[i], read64(p + 16 * i + 8) ^ lane[i]);
            }
            seed = lane[0] ^ lane[1] ^ lane[2];
        }
        if (rest > 16)
            seed = mix(read64(p) ^ secret[2], read64(p + 8) ^ seed ^ secret[1]);
        if (rest > 32)
            seed = mix(read64(p + 16) ^ secret[2], read64(p + 24) ^ seed);
        a = read64(p + rest - 16); /* these may reach back into what was read already */
        b = read64(p + rest - 8);
    } else if (length >= 4) {
        const unsigned char *last = p + length - 4;
        size_t step = (length & 24) >> (length >> 3); /* 0 below 8 bytes, 4 from there on */
        a = read32(p) << 32 | read32(last);
        b = read32(p + step) << 32 | read32(last - step);
    } else if (length > 0) {
        a = (uint64_t)p[0] << 56 | (uint64_t)p[length >> 1] << 32 | p[length - 1];
    }
    a ^= secret[1];
    b ^= seed;
    multiply(&a, &b);
    return mix(a ^ secret[0] ^ length, b ^ secret[1]);
}

uint64_t ninja_command_hash(int log_version, const void *command, size_t length)
{
    return log_version >= 7 ? rapidhash(command, length) : murmur64a(command, length);
}
