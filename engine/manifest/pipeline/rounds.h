/*
 * Rounds: in which order pipelines have to be built so that every module is scanned before a job
 * that depends on what it imports is planned.
 *
 * A pipeline comes a round after those that make modules which its own modules reach through their
 * imports, or that are among them. Pipelines that depend on each other in this way share a round.
 * Found anew whenever modules change: it costs O(modules + imports), times pipelines / 64.
 */
#ifndef PIPELINE_ROUNDS_H
#define PIPELINE_ROUNDS_H

#include "engine/discovery/discovery.h"
#include "engine/manifest/pipeline/config.h"

/* One module that is a source of a pipeline. */
struct rounds_source {
    uint32_t pipeline;
    module_id module;
};

struct rounds {
    uint32_t *of;   /* [pipeline] its round, from 0 */
    uint32_t count; /* one more than the highest */
    /* [component × words] a bit for each pipeline that makes a module which the component holds or
     * reaches; NULL when no module is made. */
    uint64_t *reached;
    uint64_t *needs; /* [pipeline × words] pipelines that come before it, or in its round */
    uint32_t words;
    uint32_t components; /* that `reached` has */
};

/* `maker_of` is the pipeline that makes a module, UINT32_MAX for none; NULL when none is made. */
void rounds_find(struct rounds *rounds, const struct config *config,
                 const struct discovery *discovery, const uint32_t *maker_of,
                 const struct rounds_source *sources, uint32_t source_count);
void rounds_free(struct rounds *rounds);

/* What following needs to know of modules. */
struct rounds_modules {
    uint32_t (*maker)(void *context, module_id module); /* the pipeline, or UINT32_MAX */
    bool (*is_source)(void *context, module_id module, uint32_t pipeline);
    void *context;
    uint32_t pipeline_count;
};

/*
 * Takes in that a module is new, or imports other modules than before. False when that may lead to
 * other rounds, or let modules be final at other times: then they have to be found anew. Costs the
 * components that now reach other made modules, and their imports.
 */
bool rounds_follow(struct rounds *rounds, struct discovery *discovery,
                   const struct rounds_modules *modules, module_id module);

/* Whether all modules that `module` reaches are final before `pipeline` is planned. */
bool rounds_are_final(const struct rounds *rounds, const struct discovery *discovery,
                      module_id module, uint32_t pipeline);

#endif
