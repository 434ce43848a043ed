/*
 * The format of a status line: ninja's NINJA_STATUS with its %-placeholders, or the argument of
 * --status with $-variables, parsed once and filled in for each line.
 *
 * Meaning of the placeholders: https://ninja-build.org/manual.html#_environment_variables. What
 * cannot be told yet (a rate before time has passed, an end before a job has ended) is "?".
 */
#ifndef JIG_TOOL_STATUS_FORMAT_H
#define JIG_TOOL_STATUS_FORMAT_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "jig/error.h"

#include <stdbool.h>

/* Where the build stands: what the placeholders are about. */
struct status_numbers {
    uint32_t started;
    uint32_t finished;
    uint32_t running;
    uint32_t total;
    uint64_t elapsed_ms;
    double current_rate; /* jobs a second among the last ones; negative: unknown */
    double done;         /* how much of the expected time has passed, 0 to 1; 0: unknown */
};

enum status_field {
    STATUS_TEXT, /* as it stands */
    STATUS_STARTED,
    STATUS_FINISHED,
    STATUS_RUNNING,
    STATUS_UNSTARTED,
    STATUS_TOTAL,
    STATUS_PERCENT,
    STATUS_PERCENT_OF_TIME,
    STATUS_RATE,
    STATUS_CURRENT_RATE,
    STATUS_ELAPSED_SECONDS,
    STATUS_ELAPSED,
    STATUS_LEFT_SECONDS,
    STATUS_LEFT,
    STATUS_DESCRIPTION,
};

struct status_piece {
    enum status_field field;
    size_t begin, length; /* STATUS_TEXT: the bytes, in status_format.text */
};

/* Zero-initialised is empty. */
struct status_format {
    struct buf text;
    VEC(struct status_piece) pieces;
};

/*
 * Parses NINJA_STATUS: `%` and a letter, `%%`. The description follows at the end.
 * JIG_ERROR_USAGE names an unknown placeholder.
 */
enum jig_status status_format_parse_percent(struct status_format *format, const char *text,
                                            struct jig_error *error);
/*
 * Parses the argument of --status: `$name`, `${name}`, and ninja's other $-escapes. The
 * description stands where `$description` does, or nowhere.
 */
enum jig_status status_format_parse_dollar(struct status_format *format, const char *text,
                                           struct jig_error *error);
void status_format_free(struct status_format *format);

/* Whether the line changes as time passes, even when no job starts or ends. */
bool status_format_tells_time(const struct status_format *format);

/* Appends the line. */
void status_format_fill(const struct status_format *format, const struct status_numbers *numbers,
                        const char *description, struct buf *out);

#endif
