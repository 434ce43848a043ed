#include "tools/jig/screen.h"

#include "tools/jig/text.h"

#include <errno.h>

static void put(struct screen *screen, const char *bytes, size_t length)
{
    if (!screen->lost && length && fwrite(bytes, 1, length, screen->out) != length)
        screen->lost = errno ? errno : EIO;
}

static void put_char(struct screen *screen, char c)
{
    put(screen, &c, 1);
}

/* Moves the cursor to the beginning of a line without losing what is on this one. */
static void end_line(struct screen *screen)
{
    if (screen->open)
        put_char(screen, '\n');
    screen->open = screen->overwritable = false;
}

static void write_block(struct screen *screen, const char *bytes, size_t length)
{
    end_line(screen);
    put(screen, bytes, length);
    screen->open = length && bytes[length - 1] != '\n';
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
    uint32_t columns = terminal_columns(&screen->terminal);
    buf_append(&fitting, line, length);
    if (columns)
        text_elide_middle(&fitting, columns);
    put_char(screen, '\r');
    put(screen, fitting.data, fitting.length);
    put(screen, "\x1b[K", 3); /* clears the rest of a longer line that was here */
    buf_free(&fitting);
    screen->open = screen->overwritable = true;
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
