/*
 * Reads arbitrary bytes as the value of MAKEFLAGS.
 */
#include "fuzz.h"

#include "engine/base/memory.h"
#include "engine/run/makeflags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct makeflags flags = {0};
    struct jig_error error;
    enum jig_status status = makeflags_parse(text, &flags, &error);
    FUZZ_CHECK(status == JIG_OK || (status == error.status && error.message[0]));
    FUZZ_CHECK(status == JIG_OK || flags.kind == MAKEFLAGS_NONE);
    FUZZ_CHECK(flags.kind != MAKEFLAGS_FIFO || flags.path.length > 0);
    FUZZ_CHECK(flags.kind != MAKEFLAGS_PIPE || (flags.read_fd >= 0 && flags.write_fd >= 0));
    makeflags_free(&flags);
    free(text);
    return 0;
}
