#include "tools/jig/screen.h"

#include "tools/jig/text.h"

#include <errno.h>
#include <inttypes.h>

static void put(struct screen *screen, const char *bytes, size_t length)
{
    if (!screen->lost && length && fwrite(bytes, 1, length, screen->out) != length)
        screen->lost = errno ? errno : EIO;
}

static void put_char(struct screen *screen, char c)
{
    put(screen, &c, 1);
}

static void put_up(struct screen *screen, uint32_t rows)
{
    char up[16];
    if (rows)
        put(screen, up, (size_t)snprintf(up, sizeof up, "\x1b[%" PRIu32 "A", rows));
}

/*
 * How many rows of the terminal a line takes that had to fit into one when it was written: of a
 * narrower window most terminals break it anew.
 */
static uint32_t broken_rows(const struct screen *screen, uint32_t line, uint32_t columns)
{
    if (!columns || columns >= screen->columns || screen->widths[line] <= columns)
        return 1;
    return (screen->widths[line] + columns - 1) / columns;
}

/* From the end of the last row to the end of the status line. */
static void climb_to_line(struct screen *screen, uint32_t columns)
{
    uint32_t up = 0;
    for (uint32_t i = 1; i <= screen->rows; i++)
        up += broken_rows(screen, i, columns);
    put_up(screen, up);
}

/* Moves the cursor to the beginning of a line without losing what is on this one. */
static void end_line(struct screen *screen)
{
    if (screen->rows)
        climb_to_line(screen, terminal_columns(&screen->terminal));
    if (screen->open)
        put_char(screen, '\n');
    if (screen->rows)
        put(screen, "\x1b[J", 3);
    screen->open = screen->overwritable = false;
    screen->rows = 0;
}

static void write_block(struct screen *screen, const char *bytes, size_t length)
{
    end_line(screen);
    put(screen, bytes, length);
    screen->open = length && bytes[length - 1] != '\n';
}

/* One line of an area, cut to fit. */
static void write_row(struct screen *screen, uint32_t index, struct buf *text, uint32_t columns)
{
    if (columns)
        text_elide_middle(text, columns);
    put(screen, text->data, text->length);
    put(screen, "\x1b[K", 3); /* clears the rest of a longer line that was here */
    screen->widths[index] = (uint32_t)text_width(text);
}

/* Writes over the line that stands there, and what is below it. */
static void write_over(struct screen *screen, struct buf *line, struct buf *rows, uint32_t count)
{
    uint32_t columns = terminal_columns(&screen->terminal);
    uint32_t before = screen->rows;
    climb_to_line(screen, columns);
    if (rows && broken_rows(screen, 0, columns) > 1) {
        put_up(screen, broken_rows(screen, 0, columns) - 1);
        put(screen, "\r\x1b[J", 4);
    }
    put_char(screen, '\r');
    write_row(screen, 0, line, columns);
    for (uint32_t i = 0; i < count; i++) {
        put_char(screen, '\n');
        write_row(screen, i + 1, &rows[i], columns);
    }
    if (before > count || (before && columns < screen->columns))
        put(screen, "\x1b[J", 3);
    screen->rows = count;
    screen->columns = columns;
    screen->open = screen->overwritable = true;
}

static void write_status(struct screen *screen, const char *line, size_t length)
{
    if (!screen->overwritable)
        end_line(screen);
    if (!screen->terminal.smart) {
        put(screen, line, length);
        put_char(screen, '\n');
        return;
    }
    struct buf fitting = {0};
    buf_append(&fitting, line, length);
    write_over(screen, &fitting, NULL, 0);
    buf_free(&fitting);
}

static void write_area(struct screen *screen, struct buf *line, struct buf *rows, uint32_t count)
{
    if (!screen->overwritable)
        end_line(screen);
    write_over(screen, line, rows, count);
}

/* ---- while another has the terminal ------------------------------------------------------ */

static void hold_block(struct screen *screen, const char *bytes, size_t length)
{
    if (screen->held.length && screen->held.data[screen->held.length - 1] != '\n')
        buf_append_char(&screen->held, '\n');
    buf_append(&screen->held, bytes, length);
}

/* A held status line that nothing may write over any more becomes part of what was written. */
static void settle_held_line(struct screen *screen)
{
    if (!screen->has_held_line)
        return;
    buf_append_char(&screen->held_line, '\n');
    hold_block(screen, screen->held_line.data, screen->held_line.length);
    buf_clear(&screen->held_line);
    screen->has_held_line = false;
}

static void hold_status(struct screen *screen, const char *line, size_t length)
{
    if (!screen->terminal.smart)
        settle_held_line(screen);
    buf_clear(&screen->held_line);
    buf_append(&screen->held_line, line, length);
    screen->has_held_line = true;
}

/* ---- interface --------------------------------------------------------------------------- */

void screen_status(struct screen *screen, const char *line, size_t length)
{
    if (screen->handed_over)
        hold_status(screen, line, length);
    else
        write_status(screen, line, length);
}

void screen_area(struct screen *screen, struct buf *line, struct buf *rows, uint32_t count)
{
    if (screen->handed_over)
        hold_status(screen, buf_cstr(line), line->length);
    else
        write_area(screen, line, rows, count);
}

void screen_block(struct screen *screen, const char *bytes, size_t length)
{
    if (!screen->handed_over) {
        write_block(screen, bytes, length);
    } else if (length) {
        settle_held_line(screen);
        hold_block(screen, bytes, length);
    }
}

void screen_hand_over(struct screen *screen)
{
    end_line(screen);
    screen_flush(screen);
    screen->handed_over = true;
}

void screen_take_back(struct screen *screen)
{
    if (!screen->handed_over)
        return;
    screen->handed_over = false;
    if (screen->held.length)
        write_block(screen, screen->held.data, screen->held.length);
    if (screen->has_held_line)
        write_status(screen, buf_cstr(&screen->held_line), screen->held_line.length);
    buf_clear(&screen->held);
    buf_clear(&screen->held_line);
    screen->has_held_line = false;
}

void screen_flush(struct screen *screen)
{
    if (!screen->lost && fflush(screen->out))
        screen->lost = errno ? errno : EIO;
}

void screen_free(struct screen *screen)
{
    buf_free(&screen->held);
    buf_free(&screen->held_line);
}
