/* A tree that is told of changes, for the tests of tree_refresh_paths. */
#ifndef TESTS_UNIT_WALK_TOLD_H
#define TESTS_UNIT_WALK_TOLD_H

#include "walk_support.h"

/* A refreshed tree to tell of changes, and what it found last. */
struct told {
    struct walked walked;
    struct tree_changes changes;
};

struct told open_told(const char *top);
void close_told(struct told *told);
/* Paths are separated by spaces; "." is the root. */
void tell(struct told *told, const char *paths);
/* All changes in byte order, as "+a -b"; or why there are none. */
void assert_told(const struct told *told, const char *expected);
/* That the tree holds what one made just now does. */
void assert_up_to_date(struct told *told, const char *top);
/* That a refresh finds nothing that was missed, though it would. */
void assert_nothing_missed(struct told *told, const char *top);
/* That it gave up, and that the refresh it asks for brings the tree up to date. */
void assert_gave_up(struct told *told, const char *top, const char *why);

#endif
