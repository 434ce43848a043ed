/*
 * What the tests of watching share: an empty current directory, a watch, and what it told.
 */
#ifndef TESTS_UNIT_WATCH_SUPPORT_H
#define TESTS_UNIT_WATCH_SUPPORT_H

#include "cmocka_all.h"

#include "engine/watch/watch.h"

/* cmocka setup and teardown: the current directory is a new one in /tmp, then gone. */
int enter_folder(void **state);
int leave_folder(void **state);

/* ---- files; any failure fails the test ------------------------------------------------------ */

/* Makes the folders on the way, too. Truncates a file that is there. */
void put(const char *path, const char *content);
/* mkdir -p */
void make_folders(const char *path);
void move(const char *from, const char *to);
void delete_file(const char *path);
void make_link(const char *path, const char *leads_to);
/* What sh says to this command must be nothing, and it must succeed. */
void shell(const char *command);

/* ---- watching ------------------------------------------------------------------------------- */

/* Where cookies are made: never named, so nothing of it is told. */
#define SYNC_FOLDER ".sync"

struct watching {
    struct watch *watch;
    struct jig_change_set *changes; /* all that was taken since the last told() */
    char *told;                     /* what told() returned last */
    uint32_t notices;
    struct jig_error notice; /* the last one */
};

/* A watch of these folders, separated by spaces, that is started. `options` may be NULL. */
struct watching *watch_these(const char *folders, const struct watch_options *options);
void name_folder(struct watching *watching, const char *folder);
void end_watching(struct watching *watching);

/*
 * Everything that happened before this call and was not told before it, in the order of its first
 * mention, as "+added ~updated -removed"; "lost" comes first. Until the next call.
 */
const char *told(struct watching *watching);
/* The same without waiting for it: what was taken already and what can be taken now. */
const char *told_so_far(struct watching *watching);
/* Whether a change of this kind ('+', '~', '-') and path is in what told() returned last. */
bool has_told(const struct watching *watching, char kind, const char *path);
bool has_told_any(const struct watching *watching, const char *path);

/* Waits until a change set is ready. */
void wait_ready(struct watching *watching);
bool is_ready(const struct watching *watching);
/* How many folders are watched, and polled. */
uint32_t watched(struct watching *watching);
uint32_t polled(struct watching *watching);

uint64_t now_ms(void);

#endif
