/*
 * Edit distance, for "did you mean …?".
 */
#ifndef BASE_EDIT_DISTANCE_H
#define BASE_EDIT_DISTANCE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Levenshtein distance of `a` and `b` by the single-row dynamic programme (Wagner and Fischer,
 * 1974); gives up and returns limit + 1 once every continuation exceeds `limit`.
 * O(len(a) * len(b)) time, O(len(b)) space.
 */
uint32_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                       uint32_t limit);

#endif
