/*
 * Projects of a dozen modules that change at random, in TypeScript, proto or graphql.
 */
#ifndef TESTS_UNIT_DISCOVERY_PROJECT_H
#define TESTS_UNIT_DISCOVERY_PROJECT_H

#include "discovery_follow_support.h"

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
