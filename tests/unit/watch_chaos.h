/*
 * Random changes of a small tree in the current directory: folders and links called a, b and l,
 * three deep, and files called x, y and z in them.
 */
#ifndef TESTS_UNIT_WATCH_CHAOS_H
#define TESTS_UNIT_WATCH_CHAOS_H

#include <stdint.h>

/* The same seed makes the same changes, as long as nobody else changes anything. */
struct chaos {
    uint64_t state;
};

uint32_t pick(struct chaos *chaos, uint32_t below);
/* Writes, deletes, renames, exchanges, links, makes: one thing, which may come to nothing. */
void change_something(struct chaos *chaos);

#endif
