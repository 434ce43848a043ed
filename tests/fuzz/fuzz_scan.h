/*
 * What every scanner promises of any text: facts whose parts lie where they say, one "" definition
 * at the end, the same facts each time, and none less when more facts lie before them.
 */
#ifndef TESTS_FUZZ_FUZZ_SCAN_H
#define TESTS_FUZZ_FUZZ_SCAN_H

#include "fuzz.h"

#include "engine/discovery/scanner/scanner.h"

/* Scans data[0..size) as `path` and checks what comes of it. */
void fuzz_scan(enum scanner_kind kind, const char *pattern, const char *path, const uint8_t *data,
               size_t size);

#endif
