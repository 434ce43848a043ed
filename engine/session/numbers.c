#include "engine/session/numbers.h"

#include <stddef.h>
#include <string.h>

/* Where a field is, and how wide. */
struct field {
    const char *name;
    size_t offset;
    size_t size; /* 4 or 8 bytes */
};

/* clang-format off */
#define FIELD(name) \
    {#name, offsetof(struct jig_build_result, name), sizeof(((struct jig_build_result *)0)->name)}
/* clang-format on */
static const struct field fields[RESULT_NUMBERS] = {
    FIELD(jobs_wanted),   FIELD(jobs_run),        FIELD(jobs_passed),   FIELD(jobs_failed),
    FIELD(exit_code),     FIELD(files),           FIELD(jobs),          FIELD(files_statted),
    FIELD(files_hit),     FIELD(files_missed),    FIELD(missed_new),    FIELD(missed_stat),
    FIELD(missed_racy),   FIELD(missed_gone),     FIELD(files_skipped), FIELD(files_hashed),
    FIELD(bytes_hashed),  FIELD(folders_statted), FIELD(folders_read),  FIELD(files_walked),
    FIELD(files_opened),  FIELD(files_scanned),   FIELD(bytes_scanned), FIELD(imports_resolved),
    FIELD(modules),       FIELD(outputs_written), FIELD(outputs_kept),  FIELD(outputs_removed),
    FIELD(walk_ns),       FIELD(discover_ns),     FIELD(load_ns),       FIELD(scan_ns),
    FIELD(plan_ns),       FIELD(run_ns),          FIELD(save_ns),       FIELD(image_bytes),
    FIELD(journal_bytes), FIELD(generation),      FIELD(files_looked),  FIELD(jobs_considered),
    FIELD(engine_ns),     FIELD(token_wait_ns),
};
#undef FIELD

void result_numbers(const struct jig_build_result *result, struct result_number out[RESULT_NUMBERS])
{
    for (size_t i = 0; i < RESULT_NUMBERS; i++) {
        const char *at = (const char *)result + fields[i].offset;
        uint32_t narrow = 0;
        out[i].name = fields[i].name;
        if (fields[i].size == sizeof narrow) {
            memcpy(&narrow, at, sizeof narrow);
            out[i].value = narrow;
        } else {
            memcpy(&out[i].value, at, sizeof out[i].value);
        }
    }
}

const char *result_kind_name(enum jig_update_kind kind)
{
    return kind == JIG_UPDATE_NONE ? "none" : kind == JIG_UPDATE_FULL ? "full" : "incremental";
}
