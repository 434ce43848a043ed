/* Reads arbitrary bytes as GraphQL. */
#include "fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_scan(SCANNER_GRAPHQL, NULL, "a.graphql", data, size);
    return 0;
}
