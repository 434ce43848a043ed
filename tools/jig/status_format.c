#include "tools/jig/status_format.h"

#include <inttypes.h>
#include <string.h>

struct field_name {
    char letter; /* after `%`; NUL: it has none */
    const char *name;
    enum status_field field;
};

static const struct field_name field_names[] = {
    {'s', "started", STATUS_STARTED},
    {'f', "finished", STATUS_FINISHED},
    {'r', "running", STATUS_RUNNING},
    {'u', "remaining", STATUS_UNSTARTED},
    {'t', "total", STATUS_TOTAL},
    {'p', "progress", STATUS_PERCENT},
    {'P', "predicted_progress", STATUS_PERCENT_OF_TIME},
    {'o', "rate", STATUS_RATE},
    {'c', "current_rate", STATUS_CURRENT_RATE},
    {'e', "elapsed_seconds", STATUS_ELAPSED_SECONDS},
    {'w', "elapsed", STATUS_ELAPSED},
    {'E', "eta_seconds", STATUS_LEFT_SECONDS},
    {'W', "eta", STATUS_LEFT},
    {'\0', "description", STATUS_DESCRIPTION},
};

enum { FIELD_COUNT = sizeof field_names / sizeof *field_names };

/* ---- parsing ----------------------------------------------------------------------------- */

static void add_text(struct status_format *format, const char *text, size_t length)
{
    struct status_piece *last =
        format->pieces.count ? &format->pieces.data[format->pieces.count - 1] : NULL;
    size_t begin = format->text.length;
    buf_append(&format->text, text, length);
    if (last && last->field == STATUS_TEXT) {
        last->length += length;
        return;
    }
    struct status_piece piece = {STATUS_TEXT, begin, length};
    vec_push(&format->pieces, piece);
}

static void add_field(struct status_format *format, enum status_field field)
{
    struct status_piece piece = {.field = field};
    vec_push(&format->pieces, piece);
}

static const struct field_name *field_by_letter(char letter)
{
    for (size_t i = 0; letter && i < FIELD_COUNT; i++) {
        if (field_names[i].letter == letter)
            return &field_names[i];
    }
    return NULL;
}

static const struct field_name *field_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strlen(field_names[i].name) == length && !memcmp(field_names[i].name, name, length))
            return &field_names[i];
    }
    return NULL;
}

enum jig_status status_format_parse_percent(struct status_format *format, const char *text,
                                            struct jig_error *error)
{
    while (*text) {
        size_t plain = strcspn(text, "%");
        if (plain) {
            add_text(format, text, plain);
            text += plain;
            continue;
        }
        const struct field_name *name = field_by_letter(text[1]);
        if (name)
            add_field(format, name->field);
        else if (text[1] == '%')
            add_text(format, "%", 1);
        else
            return jig_fail(error, JIG_ERROR_USAGE, "unknown placeholder '%%%.1s' in $NINJA_STATUS",
                            text + 1);
        text += 2;
    }
    add_field(format, STATUS_DESCRIPTION);
    return JIG_OK;
}

static size_t name_length(const char *text, bool dots)
{
    static const char simple[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    size_t length = strspn(text, simple);
    if (!dots) {
        const char *dot = memchr(text, '.', length);
        length = dot ? (size_t)(dot - text) : length;
    }
    return length;
}

enum jig_status status_format_parse_dollar(struct status_format *format, const char *text,
                                           struct jig_error *error)
{
    while (*text) {
        size_t plain = strcspn(text, "$");
        if (plain) {
            add_text(format, text, plain);
            text += plain;
            continue;
        }
        text++;
        if (*text && strchr("$ :", *text)) {
            add_text(format, text++, 1);
            continue;
        }
        bool braced = *text == '{';
        text += braced;
        size_t length = name_length(text, braced);
        if (!length || (braced && text[length] != '}'))
            return jig_fail(error, JIG_ERROR_USAGE,
                            "invalid --status: bad $-escape (literal $ must be written as $$)");
        const struct field_name *name = field_by_name(text, length);
        if (!name)
            return jig_fail(error, JIG_ERROR_USAGE, "unknown variable '%.*s' in --status format",
                            (int)length, text);
        add_field(format, name->field);
        text += length + braced;
    }
    return JIG_OK;
}

void status_format_free(struct status_format *format)
{
    buf_free(&format->text);
    vec_free(&format->pieces);
}

bool status_format_tells_time(const struct status_format *format)
{
    for (uint32_t i = 0; i < format->pieces.count; i++) {
        enum status_field field = format->pieces.data[i].field;
        if (field >= STATUS_ELAPSED_SECONDS && field <= STATUS_LEFT)
            return true;
    }
    return false;
}

/* ---- filling in -------------------------------------------------------------------------- */

static void append_rate(struct buf *out, double rate)
{
    if (rate < 0)
        buf_append_char(out, '?');
    else
        buf_printf(out, "%.1f", rate);
}

static void append_clock(struct buf *out, double seconds, bool with_hours)
{
    uint64_t whole = (uint64_t)seconds;
    if (with_hours)
        buf_printf(out, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, whole / 3600, whole % 3600 / 60,
                   whole % 60);
    else
        buf_printf(out, "%02" PRIu64 ":%02" PRIu64, whole / 60, whole % 60);
}

static void append_time(struct buf *out, const struct status_numbers *numbers,
                        enum status_field field)
{
    double elapsed = (double)numbers->elapsed_ms / 1e3;
    double left = numbers->done > 0 ? elapsed / numbers->done - elapsed : -1;
    /* Both times have hours or neither has, so that a line's length changes once only. */
    bool with_hours = elapsed >= 3600 || left >= 3600;
    bool is_left = field == STATUS_LEFT || field == STATUS_LEFT_SECONDS;
    double seconds = is_left ? left : elapsed;
    if (seconds < 0)
        buf_append_char(out, '?');
    else if (field == STATUS_ELAPSED_SECONDS || field == STATUS_LEFT_SECONDS)
        buf_printf(out, "%.3f", seconds);
    else
        append_clock(out, seconds, with_hours);
}

static void append_field(struct buf *out, enum status_field field,
                         const struct status_numbers *numbers)
{
    switch (field) {
    case STATUS_STARTED:
        buf_printf(out, "%" PRIu32, numbers->started);
        break;
    case STATUS_FINISHED:
        buf_printf(out, "%" PRIu32, numbers->finished);
        break;
    case STATUS_RUNNING:
        buf_printf(out, "%" PRIu32, numbers->running);
        break;
    case STATUS_UNSTARTED:
        buf_printf(out, "%" PRIu32, numbers->total - numbers->started);
        break;
    case STATUS_TOTAL:
        buf_printf(out, "%" PRIu32, numbers->total);
        break;
    case STATUS_PERCENT: {
        uint64_t percent = numbers->total ? 100 * (uint64_t)numbers->finished / numbers->total : 0;
        buf_printf(out, "%3" PRIu64 "%%", percent);
        break;
    }
    case STATUS_PERCENT_OF_TIME:
        buf_printf(out, "%3d%%", (int)(100 * numbers->done));
        break;
    case STATUS_RATE:
        append_rate(out, numbers->elapsed_ms
                             ? (double)numbers->finished * 1e3 / (double)numbers->elapsed_ms
                             : -1);
        break;
    case STATUS_CURRENT_RATE:
        append_rate(out, numbers->current_rate);
        break;
    case STATUS_ELAPSED_SECONDS:
    case STATUS_ELAPSED:
    case STATUS_LEFT_SECONDS:
    case STATUS_LEFT:
        append_time(out, numbers, field);
        break;
    case STATUS_TEXT:
    case STATUS_DESCRIPTION:
        break; /* the caller's */
    }
}

void status_format_fill(const struct status_format *format, const struct status_numbers *numbers,
                        const char *description, struct buf *out)
{
    for (uint32_t i = 0; i < format->pieces.count; i++) {
        const struct status_piece *piece = &format->pieces.data[i];
        if (piece->field == STATUS_TEXT)
            buf_append(out, format->text.data + piece->begin, piece->length);
        else if (piece->field == STATUS_DESCRIPTION)
            buf_append_str(out, description);
        else
            append_field(out, piece->field, numbers);
    }
}
