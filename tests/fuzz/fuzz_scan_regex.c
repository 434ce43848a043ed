/* Reads arbitrary bytes as a pattern, a NUL, and the text it is for. */
#include "fuzz_scan.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    if (!end)
        return 0;
    size_t length = (size_t)(end - data) + 1;
    fuzz_scan(SCANNER_REGEX, (const char *)data, "a.x", data + length, size - length);
    return 0;
}
