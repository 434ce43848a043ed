/*
 * Digests: XXH3-128, a change detector and not a defence against forgery.
 * The algorithm is specified at https://github.com/Cyan4973/xxHash (XXH3, seed 0).
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

struct digest {
    uint64_t low, high;
};

static inline bool digest_equal(struct digest a, struct digest b)
{
    return a.low == b.low && a.high == b.high;
}

static inline bool digest_is_zero(struct digest d)
{
    return (d.low | d.high) == 0;
}

static inline struct digest digest_of(const void *bytes, size_t length)
{
    XXH128_hash_t h = XXH3_128bits(bytes, length);
    return (struct digest){h.low64, h.high64};
}

/*
 * Addition modulo 2^128: combines the digests of the members of a set so that their order does
 * not matter and one member can be exchanged in O(1). Each term must itself be well mixed.
 */
static inline struct digest digest_add(struct digest a, struct digest b)
{
    struct digest sum = {a.low + b.low, a.high + b.high};
    sum.high += sum.low < a.low;
    return sum;
}

/* 32 hexadecimal digits, as xxh128sum prints them, and a NUL. */
static inline void digest_format(struct digest digest, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        out[i] = digits[digest.high >> (60 - 4 * i) & 15];
        out[16 + i] = digits[digest.low >> (60 - 4 * i) & 15];
    }
    out[32] = '\0';
}

/* Takes back one digest_add of `b`. */
static inline struct digest digest_subtract(struct digest a, struct digest b)
{
    struct digest rest = {a.low - b.low, a.high - b.high};
    rest.high -= a.low < b.low;
    return rest;
}

#endif
