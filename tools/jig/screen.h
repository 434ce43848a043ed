/*
 * What has been written where: lines of status, blocks of output, and who owns the terminal.
 *
 * On a smart terminal a status line is written over by the next one; a block of output starts on
 * a line of its own and stays. Below a status line there may be more rows, which never stay.
 * Elsewhere every status line stays, and there are no such rows. While a job owns the terminal
 * (screen_hand_over … screen_take_back) nothing is written; it is kept and follows afterwards.
 *
 * Everything goes through stdio and reaches the descriptor in screen_flush only. A failed write
 * is remembered and ends all writing: see screen_lost. Not thread-safe.
 */
#ifndef JIG_TOOL_SCREEN_H
#define JIG_TOOL_SCREEN_H

#include "engine/base/buf.h"
#include "tools/jig/terminal.h"

#include <stdio.h>

enum { SCREEN_ROWS = 8 }; /* below the status line, at most */

struct screen {
    FILE *out;                /* fully buffered; not owned */
    struct terminal terminal; /* `smart` is off when lines are not to be written over */
    bool open;                /* the cursor is not at the beginning of a line … */
    bool overwritable;        /* … because a status line stands there */
    bool handed_over;
    uint32_t rows;                    /* that stand below the status line … */
    uint32_t widths[SCREEN_ROWS + 1]; /* … how wide the line and these are … */
    uint32_t columns;                 /* … and what the terminal was when they were written */
    bool has_held_line;
    struct buf held_line; /* the last status line of the time something else had the terminal */
    struct buf held;      /* what was to be written before it */
    int lost;             /* errno of the first failed write; 0: none */
};

/* Shows a status line, in place of the last one where that can be. */
void screen_status(struct screen *screen, const char *line, size_t length);
/*
 * The same with `count` rows below it, at most SCREEN_ROWS, for a smart terminal. The texts are cut
 * to fit in place; they must move no cursor.
 */
void screen_area(struct screen *screen, struct buf *line, struct buf *rows, uint32_t count);
/* Writes a block that stays, on a new line. An empty one only ends the line that is open. */
void screen_block(struct screen *screen, const char *bytes, size_t length);

/* Something else writes to the terminal from now on; the line that is open is ended first. */
void screen_hand_over(struct screen *screen);
/* The terminal is ours again: what was kept is written. No effect when it was not given away. */
void screen_take_back(struct screen *screen);

/* Hands everything to the operating system. */
void screen_flush(struct screen *screen);
void screen_free(struct screen *screen);

#endif
