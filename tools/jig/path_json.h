/*
 * Paths and other text in JSON, which has Unicode text only, while a path is any bytes.
 */
#ifndef JIG_TOOL_PATH_JSON_H
#define JIG_TOOL_PATH_JSON_H

#include <jansson.h>
#include <stdbool.h>

/*
 * text[0..length), NUL included, as a JSON string. Each byte that is not part of valid UTF-8
 * becomes U+FFFD. O(length).
 */
json_t *text_json(const char *text, size_t length);

/* The same of a text that a NUL ends. */
json_t *path_json(const char *text);

/*
 * Sets `key` of `object` to the path, and for a path that is not UTF-8 also `KEY_hex`, to its bytes
 * in hexadecimal, so that it can be told which file is meant.
 */
void path_json_set(json_t *object, const char *key, const char *path);

/*
 * The same for several paths: an array under `key`, and, if any of them is not UTF-8, one as long
 * under `KEY_hex`.
 */
void path_json_set_all(json_t *object, const char *key, const char *const *paths, size_t count);

#endif
