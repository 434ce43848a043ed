/*
 * What the tests of discovery share: a small tree in a temporary directory, which is the current
 * one, runs over it as fresh processes would make them, and all that was found as text.
 */
#ifndef TESTS_UNIT_DISCOVERY_SUPPORT_H
#define TESTS_UNIT_DISCOVERY_SUPPORT_H

#include "cmocka_all.h"

#include "engine/base/buf.h"
#include "engine/discovery/discovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cmocka setup and teardown: the current directory is a new, empty one. */
int enter_place(void **state);
int leave_place(void **state);

/* Writes a file, and the folders above it, no sooner than file times can tell it from before. */
void put(const char *path, const char *text);
void put_bytes(const char *path, const void *bytes, size_t length);
/* As put, for a file of the same size; its mtime is what it was. */
void put_unnoticed(const char *path, const char *text);
void take_away(const char *path);

/* What a run is asked. Filled by ask(), changed by tests. */
struct run_options {
    struct discovery_lens lenses[4];
    uint32_t lens_count;
    struct discovery_source sources[64];
    uint32_t source_count;
    const char *made[8];
    uint32_t made_count;
    const char *cache; /* NULL: none */
    bool read_only;
    uint32_t threads; /* 0: 2 */
};

/* Sources separated by spaces, which must live as long as the run, in one TypeScript lens. */
struct run_options ask(const char *sources);
void add_source(struct run_options *options, const char *path, uint32_t lens);
void add_made(struct run_options *options, const char *path);

/* One process: created, loaded, refreshed, scanned. */
struct run {
    struct discovery *discovery;
    struct jig_pool *pool;
    uint32_t notices;
    struct jig_error notice; /* the last one */
    bool changed;            /* what discovery_refresh said */
};

/* All of it must work. */
void run_begin(struct run *run, const struct run_options *options);
/* The steps of run_begin. */
void run_open(struct run *run, const struct run_options *options);
void run_refresh(struct run *run);
enum jig_status run_scan(struct run *run, const struct run_options *options,
                         struct jig_error *error);
/* Saves and destroys. */
void run_end(struct run *run);

/* Saves a cache of the tree as it is now. */
void learn(const struct run_options *options);

module_id module_at(const struct run *run, const char *path);
/* "a.ts b.ts": the modules that `path` imports, ascending; freed by the next call. */
const char *targets_of(const struct run *run, const char *path);
struct digest definition(struct run *run, const char *path, const char *name);

/* All that was found, by path: flags, imports, targets, definitions and their digests. */
struct buf describe(struct run *run);
/* Asserts that a run without any cache finds the same, and ids too when `ids`. */
void assert_as_fresh(struct run *run, const struct run_options *options, bool ids);

#define assert_digest_equal(a, b)     assert_true(digest_equal((a), (b)))
#define assert_digest_not_equal(a, b) assert_false(digest_equal((a), (b)))

#define PLACE_TEST(function) cmocka_unit_test_setup_teardown(function, enter_place, leave_place)

#endif
