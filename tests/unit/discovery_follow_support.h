/*
 * What the tests of definitions_follow share: an update of the modules whose files changed, and two
 * oracles for what it should have come to: a graph made anew from the same facts, and a fresh
 * discovery of the same tree. And projects that change at random.
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

/* Between these, questions are answered by a graph that is made for them and knows no past. */
struct definition_graph *put_graph_aside(struct run *run);
void put_graph_back(struct run *run, struct definition_graph *graph);
/* Digests made by the present graph so far. */
uint64_t solved(const struct run *run);

/* ---- projects ------------------------------------------------------------------------------ */

enum { PROJECT_MODULES = 12, PROJECT_DEFINITIONS = 6, PROJECT_IMPORTS = 5, PROJECT_NAMES = 7 };

struct project_definition {
    uint8_t name, form, exported, body;
    uint8_t uses[3]; /* names; PROJECT_NAMES: none */
};

struct project_import {
    uint8_t kind, target, name, local;
};

struct project_module {
    struct project_definition definitions[PROJECT_DEFINITIONS];
    struct project_import imports[PROJECT_IMPORTS];
    uint32_t definition_count, import_count, comment;
};

struct project {
    enum scanner_kind kind;
    bool sparse; /* few uses, and imports of modules with higher numbers only */
    uint64_t random;
    struct project_module modules[PROJECT_MODULES], before[PROJECT_MODULES];
};

uint32_t project_random(struct project *project, uint32_t below);
const char *project_name(uint32_t name);
/* "m3.ts"; static for the first 12. */
const char *project_path(const struct project *project, uint32_t module);
void project_fill(struct project *project);
void project_write(const struct project *project, uint32_t module);
/* Changes a module in some way, or puts it back as it was before its last change. */
void project_edit(struct project *project, uint32_t module);

#endif
