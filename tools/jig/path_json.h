/*
 * Paths in JSON, which has Unicode text only, while a path is any bytes.
 */
#ifndef JIG_TOOL_PATH_JSON_H
#define JIG_TOOL_PATH_JSON_H

#include <jansson.h>

/* `text` as a JSON string. Each byte that is not part of valid UTF-8 becomes U+FFFD. */
json_t *path_json(const char *text);

/*
 * Sets `key` of `object` to the path, and for a path that is not UTF-8 also `KEY_hex`, to its bytes
 * in hexadecimal, so that it can be told which file is meant.
 */
void path_json_set(json_t *object, const char *key, const char *path);

#endif
