/* Reads arbitrary bytes as C. */
#include "fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_scan(SCANNER_C, NULL, "a.c", data, size);
    return 0;
}
