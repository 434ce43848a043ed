/*
 * The way from one folder to a file, as text.
 */
#ifndef CODEGEN_RELATIVE_H
#define CODEGEN_RELATIVE_H

#include "engine/base/buf.h"

/*
 * Appends the path of `to` as seen from the folder of the file `from`: "../a/b.h". Both are
 * canonical and relative to the same folder; an absolute `to` stays what it is. O(length).
 */
void relative_path(const char *from, const char *to, struct buf *out);

#endif
