/*
 * What the tests of definitions_follow share: an update of the modules whose files changed, and an
 * oracle for what it should have come to, a graph made anew from the same facts.
 */
#ifndef TESTS_UNIT_DISCOVERY_FOLLOW_SUPPORT_H
#define TESTS_UNIT_DISCOVERY_FOLLOW_SUPPORT_H

#include "discovery_support.h"

#include "engine/discovery/definition_graph.h"

/* ---- updates ------------------------------------------------------------------------------- */

/* As run_begin, with a graph that can be corrected. */
void follow_begin(struct run *run, const struct run_options *options);
/*
 * Rescans these paths and has the graph follow, or forgets it when facts have moved. Without
 * `compacts` they are kept from it, so that a graph lives for as long as the test.
 */
void follow(struct run *run, const char *const *paths, uint32_t count, bool compacts);
/* Writes a file and follows. No waiting: each file written gets a later time than the one before.
 */
void put_and_follow(struct run *run, const char *path, const char *text);
void put_at_once(const char *path, const char *text);

/* One of the lenses, for another language. */
void set_language(struct run_options *options, enum scanner_kind kind);

/* Between these, questions are answered by a graph that is made for them and knows no past. */
struct definition_graph *put_graph_aside(struct run *run);
void put_graph_back(struct run *run, struct definition_graph *graph);
/* Digests made by the present graph so far. */
uint64_t solved(const struct run *run);

/* ---- callers that want to be told ---------------------------------------------------------- */

struct digest watch_name(struct run *run, const char *path, const char *name, uint32_t token);
/* The tokens that are told, "1 2"; "all", or "" for nothing. Freed by the next call. */
const char *told(struct run *run);

#endif
