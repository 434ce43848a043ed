/*
 * Reads arbitrary bytes as a .ninja_log and as a .ninja_deps.
 */
#include "fuzz.h"

#include "engine/manifest/ninja/command_hash.h"
#include "engine/manifest/ninja/ninja_log.h"

#include <string.h>

static void read_log(const uint8_t *data, size_t size)
{
    struct ninja_log log = {0};
    struct jig_error error;
    enum jig_status status = ninja_log_parse((const char *)data, size, &log, &error);
    FUZZ_CHECK(status == JIG_OK || (status == JIG_ERROR_CORRUPT && error.message[0]));
    FUZZ_CHECK(log.entries.count == log.outputs.list.count);
    for (name_id id = 0; id < log.entries.count; id++)
        FUZZ_CHECK(names_text(&log.outputs, id)[0]);
    ninja_log_free(&log);
}

static void read_deps(const uint8_t *data, size_t size)
{
    struct ninja_deps deps = {0};
    struct jig_error error;
    enum jig_status status = ninja_deps_parse(data, size, &deps, &error);
    FUZZ_CHECK(status == JIG_OK || (status == JIG_ERROR_CORRUPT && error.message[0]));
    for (uint32_t i = 0; i < deps.records.count; i++) {
        const struct ninja_deps_record *record = &deps.records.data[i];
        FUZZ_CHECK(record->output < deps.paths.list.count);
        FUZZ_CHECK((uint64_t)record->begin + record->count <= deps.inputs.count);
        for (uint32_t k = 0; k < record->count; k++)
            FUZZ_CHECK(deps.inputs.data[record->begin + k] < deps.paths.list.count);
    }
    ninja_deps_free(&deps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_log(data, size);
    read_deps(data, size);
    ninja_command_hash(5, data, size);
    ninja_command_hash(7, data, size);
    return 0;
}
