/*
 * How a fallible jig function reports what went wrong.
 *
 * Every such function returns an enum jig_status and, when that is not JIG_OK, has filled the
 * struct jig_error it was given. The struct owns no memory: it may be copied, kept and thrown
 * away freely. A NULL error pointer is accepted everywhere and means "only the status matters".
 *
 * Libraries never print and never exit; whoever called decides how to show an error.
 * Out of memory is the one exception: see jig_set_out_of_memory_handler.
 */
#ifndef JIG_ERROR_H
#define JIG_ERROR_H

#include <stdint.h>

#if defined(__GNUC__)
#define JIG_API               __attribute__((visibility("default")))
#define JIG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define JIG_API
#define JIG_PRINTF(fmt, args)
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum jig_status {
    JIG_OK = 0,
    JIG_ERROR_IO,          /* the operating system refused; the message has errno's text */
    JIG_ERROR_SYNTAX,      /* malformed text; file, line and column say where */
    JIG_ERROR_MANIFEST,    /* well-formed but wrong: cycle, duplicate output, missing source */
    JIG_ERROR_USAGE,       /* the caller asked for something that does not exist */
    JIG_ERROR_CORRUPT,     /* persisted state did not verify; it was ignored */
    JIG_ERROR_LOCKED,      /* another process holds the build directory */
    JIG_ERROR_LIMIT,       /* a documented size limit was exceeded */
    JIG_ERROR_JOB,         /* a job failed; not an engine error */
    JIG_ERROR_INTERRUPTED, /* a signal asked to stop */
    JIG_ERROR_CANCELLED    /* the caller asked to stop */
};

struct jig_error {
    enum jig_status status;
    uint32_t line;      /* 1-based; 0 when the error has no place in a file */
    uint32_t column;    /* 1-based, in bytes; 0 when only the line is known */
    char file[512];     /* path as the user wrote it; empty when there is none */
    char message[2048]; /* one sentence, no trailing newline */
    char excerpt[256];  /* the offending line of text, cut to fit; may be empty */
    uint32_t caret;     /* 0-based byte of `excerpt` that the column points at */
    char advice[512];   /* what to do about it; may be empty */
};

/*
 * Fills `error` (may be NULL) with a formatted message and returns `status`, so that a failing
 * function can end with `return jig_fail(...)`. Too long a message is cut at the end.
 */
JIG_API enum jig_status jig_fail(struct jig_error *error, enum jig_status status,
                                 const char *format, ...) JIG_PRINTF(3, 4);

/* As jig_fail with JIG_ERROR_IO, appending ": " and the text of `errnum`. */
JIG_API enum jig_status jig_fail_errno(struct jig_error *error, int errnum, const char *format, ...)
    JIG_PRINTF(3, 4);

/*
 * Replaces what happens when memory runs out; `handler` must not return (it may longjmp or exit).
 * The default writes one line to standard error and aborts; the state journal makes that safe.
 * Process-wide; set it before any other call. NULL restores the default.
 */
JIG_API void jig_set_out_of_memory_handler(void (*handler)(uint64_t bytes_wanted));

#ifdef __cplusplus
}
#endif

#endif
