/*
 * The tally: what all builds with one state directory came to, summed up.
 *
 * A small JSON file, `tally.json`, beside the state. It is of interest and nothing more: when it is
 * missing, damaged or of another version, counting begins anew.
 */
#ifndef JIG_TOOL_TALLY_H
#define JIG_TOOL_TALLY_H

#include "jig/session.h"

#include <jansson.h>

/* Sums over builds; the fields are those of struct jig_build_result. */
struct tally {
    uint64_t builds;
    uint64_t files_hit, files_missed, files_skipped;
    uint64_t missed_new, missed_stat, missed_racy, missed_gone;
    uint64_t files_hashed, bytes_hashed;
    uint64_t jobs_run, jobs_passed, jobs_failed;
};

/* What is in `directory`; zeroes when that says nothing. */
struct tally tally_read(const char *directory);
/* Adds one build. */
void tally_add(struct tally *tally, const struct jig_build_result *result);
/* Replaces what is in `directory`. JIG_ERROR_IO. */
enum jig_status tally_write(const struct tally *tally, const char *directory,
                            struct jig_error *error);

/* A new object with all the sums. */
json_t *tally_json(const struct tally *tally);

#endif
