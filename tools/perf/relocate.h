/*
 * A copy of a project made a project of its own: what named the original names the copy.
 *
 * Manifests of CMake and Meson are full of absolute paths; built from such a one, a copy would be
 * built in the original.
 */
#ifndef PERF_RELOCATE_H
#define PERF_RELOCATE_H

#include "jig/error.h"

/*
 * In all text files and symbolic links below `to`, puts the path `to` wherever the path `from`
 * stands; "/a/app" does not stand in "/a/app2" or "/b/a/app". What git keeps (`.git`), and files
 * with a zero byte in them, stay as they are. O(bytes).
 */
enum jig_status relocate(const char *from, const char *to, struct jig_error *error);

#endif
