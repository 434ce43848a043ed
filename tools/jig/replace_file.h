/*
 * Files that other programs wait for or read at any time: never seen half written.
 */
#ifndef JIG_TOOL_REPLACE_FILE_H
#define JIG_TOOL_REPLACE_FILE_H

#include "jig/error.h"

#include <stddef.h>

/*
 * Makes `path` hold these bytes: written beside it under another name, then renamed over it. Its
 * folder is made when missing. What is there and is no regular file (a pipe, /dev/stdout) is
 * written to as it is. JIG_ERROR_IO names the file, which is then as it was.
 */
enum jig_status replace_file(const char *path, const void *bytes, size_t length,
                             struct jig_error *error);

#endif
