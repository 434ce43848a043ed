/*
 * The status area of a smart terminal: the status line, and below it a row for each of the jobs
 * that have been running longest.
 *
 *     [120/345] 34/s, 12 s left  gen/pages/y.json
 *       12.3 s  gen/pages/x.json
 *        3.1 s  gen/pages/z.json
 *
 * What changes is drawn at once if nothing was drawn for a moment, else with the next tick: how
 * often is bounded, however many jobs there are. One thread.
 */
#ifndef JIG_TOOL_STATUS_AREA_H
#define JIG_TOOL_STATUS_AREA_H

#include "tools/jig/running_jobs.h"
#include "tools/jig/screen.h"

enum { STATUS_AREA_TICK_MS = 125 }; /* how often it should be drawn while jobs run */

/* Zero-initialised but for running.slots. Free with status_area_free. */
struct status_area {
    struct running_jobs running;
    bool stale; /* what is on the screen is not all that is to be told */
    uint64_t drawn_ns;
    struct buf drawn; /* what was drawn then */
    uint32_t columns; /* in so many */
    struct buf rows[SCREEN_ROWS];
};

void status_area_free(struct status_area *area);

/* Whether it was drawn so short ago that what is new can wait for the next tick. */
bool status_area_can_wait(const struct status_area *area, uint64_t now_ns);

/*
 * Draws the area, unless it stands there already; `line` is its first line, and is changed. With
 * `alone` it has no rows, because that line is to stay. The cost is that of what is shown, and
 * O(running).
 */
void status_area_draw(struct status_area *area, struct screen *screen, struct buf *line, bool alone,
                      uint64_t now_ns);

#endif
