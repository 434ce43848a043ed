/* Traces made by hand, for tests of what keeps and reads them. */
#ifndef TESTS_UNIT_TRACE_SUPPORT_H
#define TESTS_UNIT_TRACE_SUPPORT_H

#include "cmocka_all.h"

#include "engine/trace/log.h"

/* Two objects beside each other, then the program made of them, in 10 µs; every column has rows. */
void trace_small(struct trace_log *log);

#endif
