/*
 * How many processors this process may really use, and how many jobs that makes by default.
 */
#ifndef JIG_TOOL_PROCESSORS_H
#define JIG_TOOL_PROCESSORS_H

#include <stdint.h>

/*
 * The smaller of what the scheduler allows (sched_getaffinity) and what control groups grant
 * (version 2: cpu.max, version 1: cpu.cfs_quota_us; of the process' own group and those above
 * it). At least 1. Reads a few small files of /proc and /sys.
 */
uint32_t processors_available(void);

/* Jobs at a time when the user says nothing: 2 on one processor, 3 on two, n + 2 above. */
uint32_t processors_default_slots(uint32_t processors);

/* Whole processors granted by the text of a cpu.max file, "QUOTA PERIOD"; 0: no limit. Pure. */
uint32_t processors_of_cpu_max(const char *text);

#endif
