/* Reads arbitrary bytes as protocol buffers. */
#include "fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_scan(SCANNER_PROTO, NULL, "a.proto", data, size);
    return 0;
}
