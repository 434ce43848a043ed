#include "tools/jig/watch_line.h"

#include "tools/jig/text.h"
#include "tools/jig/watch_keys.h"

#include <inttypes.h>
#include <stdio.h>

static const char separator[] = " · ";

static void append_duration(uint64_t ms, struct buf *out)
{
    enum { SECOND = 1000, MINUTE = 60 * SECOND };
    if (ms < SECOND)
        buf_printf(out, "%" PRIu64 " ms", ms);
    else if (ms < MINUTE)
        buf_printf(out, "%.1f s", (double)ms / SECOND);
    else
        buf_printf(out, "%" PRIu64 " min %" PRIu64 " s", ms / MINUTE, ms % MINUTE / SECOND);
}

static void append_last(const struct watch_last *last, bool colour, struct buf *out)
{
    char clock[16];
    struct tm local;
    if (!localtime_r(&last->end, &local) || !strftime(clock, sizeof clock, "%H:%M:%S", &local))
        return;
    const char *begin = !colour ? "" : last->failed ? "\x1b[31m" : "\x1b[32m";
    buf_printf(out, "%slast build %s %s%s%s, %" PRIu32 " %s in ", separator, clock, begin,
               last->failed ? "failed" : "ok", colour ? "\x1b[0m" : "", last->jobs_run,
               text_plural(last->jobs_run, "job", "jobs"));
    append_duration(last->took_ms, out);
}

void watch_line_append(const struct watch_last *last, bool keys, bool colour, struct buf *out)
{
    buf_append_str(out, "watching");
    if (last->end)
        append_last(last, colour, out);
    if (keys)
        buf_printf(out, "%sr rebuild  e explain  q quit", separator);
}

void watch_line_show(struct watch_line *line, const struct watch_last *last, bool keys)
{
    if (!line->terminal.smart)
        return;
    struct buf text = {0};
    uint32_t columns = terminal_columns(&line->terminal);
    watch_line_append(last, keys, line->terminal.colour, &text);
    if (columns)
        text_elide_middle(&text, columns - 1); /* a full line might wrap with its cursor */
    watch_keys_line(true);
    printf("\r%s\x1b[K", buf_cstr(&text));
    fflush(stdout);
    line->shown = true;
    buf_free(&text);
}

void watch_line_clear(struct watch_line *line)
{
    if (!line->shown)
        return;
    fputs("\r\x1b[K", stdout);
    fflush(stdout);
    line->shown = false;
    watch_keys_line(false);
}
