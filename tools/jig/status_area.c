#include "tools/jig/status_area.h"

#include "tools/jig/text.h"

static const uint64_t least_ns = 1000000000; /* that a job runs before it has a row */
static const uint64_t pause_ns = 50000000;

void status_area_free(struct status_area *area)
{
    running_jobs_free(&area->running);
    buf_free(&area->drawn);
    for (uint32_t i = 0; i < SCREEN_ROWS; i++)
        buf_free(&area->rows[i]);
}

bool status_area_can_wait(const struct status_area *area, uint64_t now_ns)
{
    return area->drawn_ns && now_ns < area->drawn_ns + pause_ns;
}

/* How many rows there is room for: the line, and the one that the cursor may come to, are no rows.
 */
static uint32_t rows_that_fit(const struct screen *screen)
{
    enum { OTHER_ROWS = 2 };
    uint32_t height = terminal_rows(&screen->terminal);
    if (!height)
        return SCREEN_ROWS;
    uint32_t fit = height > OTHER_ROWS ? height - OTHER_ROWS : 0;
    return fit < SCREEN_ROWS ? fit : SCREEN_ROWS;
}

static uint32_t make_rows(struct status_area *area, const struct screen *screen, uint64_t now_ns)
{
    const struct running_job *longest[SCREEN_ROWS];
    uint32_t count =
        running_jobs_longest(&area->running, now_ns, least_ns, longest, rows_that_fit(screen));
    for (uint32_t i = 0; i < count; i++) {
        double seconds = (double)(now_ns - longest[i]->begin_ns) / 1e9;
        buf_clear(&area->rows[i]);
        buf_printf(&area->rows[i], "%6.1f s  ", seconds);
        text_append_visible(&area->rows[i], longest[i]->name, strlen(longest[i]->name), false);
    }
    return count;
}

/* Whether this is what was drawn last, in a window as wide as this one. It is from now on. */
static bool is_drawn(struct status_area *area, const struct screen *screen, const struct buf *line,
                     uint32_t count)
{
    struct buf all = {0};
    uint32_t columns = terminal_columns(&screen->terminal);
    buf_append(&all, line->data, line->length);
    for (uint32_t i = 0; i < count; i++) {
        buf_append_char(&all, '\n');
        buf_append(&all, area->rows[i].data, area->rows[i].length);
    }
    bool same = columns == area->columns && all.length == area->drawn.length &&
                strcmp(buf_cstr(&all), buf_cstr(&area->drawn)) == 0;
    buf_free(&area->drawn);
    area->drawn = all;
    area->columns = columns;
    return same;
}

void status_area_draw(struct status_area *area, struct screen *screen, struct buf *line, bool alone,
                      uint64_t now_ns)
{
    uint32_t count = alone ? 0 : make_rows(area, screen, now_ns);
    bool there = is_drawn(area, screen, line, count) && screen->overwritable;
    area->drawn_ns = now_ns;
    area->stale = false;
    if (!there)
        screen_area(screen, line, area->rows, count);
}
