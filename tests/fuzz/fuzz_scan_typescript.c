/* Reads arbitrary bytes as TypeScript, with and without JSX. */
#include "fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_scan(SCANNER_TYPESCRIPT, NULL, "a.ts", data, size);
    fuzz_scan(SCANNER_TYPESCRIPT, NULL, "a.tsx", data, size);
    return 0;
}
