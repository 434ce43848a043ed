/*
 * Polling: in passes over all polled folders, a few milliseconds at a time, so that in between the
 * thread reads what the kernel tells and others get the lock.
 */
#include "engine/base/io.h"
#include "engine/watch/internal.h"
#include "engine/watch/snapshot.h"

/* How long the lock is held in one go, and for how long others may take it then. */
static const uint64_t slice_ns = 5 * NS_PER_MS;
static const uint64_t pause_ns = NS_PER_MS / 5;

static bool is_passing(const struct polling *polling)
{
    return polling->begun != polling->done;
}

static uint64_t pause_between_passes(const struct watch *watch)
{
    return (uint64_t)watch->options.poll_ms * NS_PER_MS;
}

void polling_begin(struct watch *watch)
{
    watch->polling.next_ns = clock_monotonic_ns() + pause_between_passes(watch);
}

static bool is_demanded(const struct polling *polling)
{
    return (int32_t)(polling->demanded - polling->begun) > 0;
}

uint64_t polling_next_ns(const struct watch *watch, uint64_t now_ns)
{
    if (is_passing(&watch->polling))
        return now_ns + pause_ns;
    if (is_demanded(&watch->polling))
        return 0;
    return watch->folders.polled.count ? watch->polling.next_ns : NEVER;
}

struct comparison {
    struct watch *watch;
    struct folder *folder;
};

static void on_difference(void *context, enum snapshot_difference difference, const char *name)
{
    static const enum jig_change_kind kinds[] = {
        [SNAPSHOT_APPEARED] = JIG_CHANGE_ADDED,
        [SNAPSHOT_CHANGED] = JIG_CHANGE_UPDATED,
        [SNAPSHOT_VANISHED] = JIG_CHANGE_REMOVED,
    };
    const struct comparison *comparison = context;
    on_change(comparison->watch, comparison->folder, kinds[difference], name);
}

static void poll_content(struct watch *watch, struct folder *folder)
{
    struct snapshot *earlier = folder->snapshot;
    struct comparison comparison = {watch, folder};
    folder->snapshot = snapshot_take(folder->path);
    if (snapshot_compare(earlier, folder->snapshot, on_difference, &comparison) &&
        folder_is_named(folder))
        watch_tell(watch, JIG_CHANGE_UPDATED, folder->path);
    snapshot_free(earlier);
}

static void poll_folder(struct watch *watch, struct folder *folder)
{
    uint64_t inode = folder->inode, device = folder->device;
    find_check(watch, folder);
    if (folder->state != FOLDER_POLLED)
        return;
    if (folder->snapshot && folder->inode == inode && folder->device == device)
        poll_content(watch, folder);
    /* Nobody else says when one of these becomes another one. */
    for (struct folder *child = folder->first_child; child; child = child->next_sibling)
        if (child->state != FOLDER_POLLED)
            find_check(watch, child);
}

static void begin_pass(struct watch *watch, uint64_t now_ns)
{
    struct polling *polling = &watch->polling;
    polling->begun++;
    polling->begun_ns = now_ns;
    polling->left = watch->folders.polled.count;
    polling->is_full = false;
}

/* At least as long a pause as the pass took, so that polling never takes more than half a core. */
static void end_pass(struct watch *watch, uint64_t now_ns)
{
    struct polling *polling = &watch->polling;
    uint64_t pause = pause_between_passes(watch);
    uint64_t took_ns = now_ns - polling->begun_ns;
    polling->next_ns = now_ns + (took_ns > pause ? took_ns : pause);
    polling->done++;
}

/*
 * From the last one down: when one stops being polled in between, the last one takes its place, and
 * that was looked at already. Those that are added in between come behind, and are fresh.
 */
void polling_step(struct watch *watch)
{
    struct polling *polling = &watch->polling;
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t end_ns = now_ns + slice_ns;
    if (!is_passing(polling)) {
        if (polling_next_ns(watch, now_ns) > now_ns)
            return;
        begin_pass(watch, now_ns);
    }
    while (now_ns < end_ns) {
        if (polling->left > watch->folders.polled.count)
            polling->left = watch->folders.polled.count;
        if (!polling->left) {
            end_pass(watch, now_ns);
            break;
        }
        poll_folder(watch, watch->folders.polled.data[--polling->left]);
        find_suspects(watch);
        now_ns = clock_monotonic_ns();
    }
}

uint32_t polling_demand(struct watch *watch)
{
    struct polling *polling = &watch->polling;
    if (!watch->folders.polled.count)
        return polling->done;
    polling->demanded = polling->begun + 1;
    return polling->demanded;
}
