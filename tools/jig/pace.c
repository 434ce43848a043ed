#include "tools/jig/pace.h"

#include <inttypes.h>

#define NS_A_SECOND 1000000000ull

void pace_take(struct pace *pace, const struct jig_progress *progress, uint64_t now_ns)
{
    const double memory_s = 3; /* what happened before then hardly counts */
    if (pace->time_ns < progress->start_ns || pace->finished > progress->finished)
        *pace = (struct pace){.time_ns = progress->start_ns}; /* another build */
    if (now_ns < pace->time_ns + NS_A_SECOND / 2)
        return;
    double seconds = (double)(now_ns - pace->time_ns) / (double)NS_A_SECOND;
    double rate = (progress->finished - pace->finished) / seconds;
    pace->rate += pace->rate > 0 ? (rate - pace->rate) * seconds / (seconds + memory_s) : rate;
    pace->time_ns = now_ns;
    pace->finished = progress->finished;
}

void pace_append_time(uint64_t ms, struct buf *out)
{
    enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
    if (ms < SECOND)
        buf_printf(out, "%.1f s", (double)ms / SECOND);
    else if (ms < MINUTE)
        buf_printf(out, "%" PRIu64 " s", ms / SECOND);
    else if (ms < HOUR)
        buf_printf(out, "%" PRIu64 " min %" PRIu64 " s", ms / MINUTE, ms % MINUTE / SECOND);
    else
        buf_printf(out, "%" PRIu64 " h %" PRIu64 " min", ms / HOUR, ms % HOUR / MINUTE);
}

void pace_append(const struct pace *pace, const struct jig_progress *progress, uint64_t now_ns,
                 struct buf *out)
{
    const double whole_rate = 10; /* from here on tenths mean nothing */
    bool any = pace->rate >= 0.05;
    if (now_ns < progress->start_ns + NS_A_SECOND)
        return;
    if (any)
        buf_printf(out, "%.*f/s", pace->rate < whole_rate, pace->rate);
    if (!progress->left_ms || progress->finished >= progress->total)
        return;
    if (any)
        buf_append_str(out, ", ");
    pace_append_time(progress->left_ms, out);
    buf_append_str(out, " left");
}
