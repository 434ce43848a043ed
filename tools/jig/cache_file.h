/*
 * What is known of one file, as a JSON object that `jig cache show` prints, or tells in words:
 *
 *   path, there, size, modified, digest, settled, changed
 *   modules    one for each way it is scanned: scan, imports (specifier, line, kind, resolution,
 *              path), definitions (name, kind, line, exported), importers
 *   made_by    the job that makes it (see below); null for a source
 *   read_by    the jobs whose result depends on it
 *
 * A job has outputs, rule (the pipeline's name), recorded, and of its record duration_ms,
 * processor_ms, peak_kib, tick, the digests recipe, inputs and outputs_digest, and the discovered
 * inputs.
 *
 * `changed` and `tick` are of jig's own clock, which orders what happened in all builds: a job
 * recorded at a later tick than a file changed has seen the change.
 */
#ifndef JIG_TOOL_CACHE_FILE_H
#define JIG_TOOL_CACHE_FILE_H

#include "engine/session/internal.h"

#include <jansson.h>

/* A new object. `file` is of the session's graph. O(jobs). */
json_t *cache_file_json(struct jig_session *session, file_id file);

#endif
