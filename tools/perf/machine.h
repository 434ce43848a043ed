/*
 * On what, and of what, was measured: the machine, versions, the commit.
 */
#ifndef PERF_MACHINE_H
#define PERF_MACHINE_H

#include "tools/perf/child.h"

#include <jansson.h>

/* The machine as it is now, with the file system of `folder`. A new reference. */
json_t *machine_json(const char *folder);

/* {"path", "version", "commit", "modified"}; the last two are null when not known. */
enum jig_status machine_jig_json(const char *jig, const char *log, struct interrupt *interrupt,
                                 json_t **object, struct jig_error *error);

/*
 * The repository of jig's sources that `folder` lies in; NULL when it does not lie in one. A new
 * string.
 */
char *machine_repository(const char *folder, const char *log, struct interrupt *interrupt);

#endif
