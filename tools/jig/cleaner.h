/*
 * Removing what builds made: the engine of `jig clean` and of ninja's clean tools.
 *
 * With a job's outputs go its depfile and its response file. Phony outputs are never removed, nor
 * what generators made (the manifest itself) unless asked for. What is known of the jobs stays: a
 * missing output is reason enough to make it again, and how long a job took and which headers it
 * read is worth knowing then.
 */
#ifndef JIG_TOOL_CLEANER_H
#define JIG_TOOL_CLEANER_H

#include "tools/jig/tool.h"

struct cleaner {
    const struct tool *tool;
    bool generated; /* remove what generators made, too */
    bool dry_run;   /* only find out what would go */
    bool verbose;   /* print each file that goes */

    uint32_t removed; /* files that were there and are gone */
    bool failed;      /* something could not be removed; told */
    uint8_t *seen;    /* [file_id]; removed or tried */
    uint8_t *visited; /* [job_id] */
};

/* `cleaner` has its first four fields set and the others zeroed. Free with cleaner_free. */
void cleaner_begin(struct cleaner *cleaner);
void cleaner_free(struct cleaner *cleaner);

/* What any job made. */
void cleaner_all(struct cleaner *cleaner);
/* What the job that makes `file`, and all jobs it needs, made. */
void cleaner_target(struct cleaner *cleaner, file_id file);
/* What jobs of the rule made, generators too. False when no job has this rule. */
bool cleaner_rule(struct cleaner *cleaner, const char *rule);
/*
 * What jobs made that the manifest no longer has, unless it still names the file or somebody has
 * changed it since.
 */
void cleaner_dead(struct cleaner *cleaner);

#endif
