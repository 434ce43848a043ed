/*
 * Whether the scheduler uses Concurrency Kit or its own C11 stand-ins.
 *
 * Normally ck. Its operations are inline assembly, which ThreadSanitizer cannot see and the
 * schedule fuzzer cannot hold up, so for those two builds the few places that use ck (event_count
 * and inbox) have a C11 variant with the same orders.
 */
#ifndef SCHEDULER_CK_OR_C11_H
#define SCHEDULER_CK_OR_C11_H

#if defined(__SANITIZE_THREAD__) || defined(JIG_SCHEDULE_FUZZ)
#define SCHEDULER_USES_CK 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SCHEDULER_USES_CK 0
#endif
#endif
#ifndef SCHEDULER_USES_CK
#define SCHEDULER_USES_CK 1
#endif

#endif
