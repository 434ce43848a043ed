/*
 * JSON with comments, as tsconfig.json has it (https://code.visualstudio.com/docs/languages/json,
 * "JSON with Comments"): // and block comments, commas before a closing bracket, a byte order mark.
 */
#ifndef DISCOVERY_JSONC_H
#define DISCOVERY_JSONC_H

#include <stddef.h>

/*
 * Makes plain JSON of text[0..length) in place: what JSON does not have becomes white space of the
 * same length, newlines stay, so every position remains what it was. Text that is not JSON for
 * other reasons stays wrong. O(length).
 */
void jsonc_to_json(char *text, size_t length);

#endif
