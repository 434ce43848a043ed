/*
 * Writing JSON (RFC 8259) into a byte string.
 */
#ifndef CODEGEN_JSON_TEXT_H
#define CODEGEN_JSON_TEXT_H

#include "engine/base/buf.h"

#include <stdbool.h>

/*
 * Appends `text` as a JSON string. What is no valid UTF-8 becomes U+FFFD, one a byte, and makes the
 * result false: the string is valid JSON, but not what was given. O(length).
 */
bool json_text_append(struct buf *out, const char *text);

#endif
