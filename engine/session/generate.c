/*
 * Jobs whose generator is a worker, a plugin or a built-in: what they are told of their modules,
 * and their end in the form of a process' end.
 */
#include "engine/codegen/codegen.h"

#include "engine/session/internal.h"

#include <stdlib.h>

#define NOT_ADDED UINT32_MAX

/* What a job that has been started was given; lives until its result. */
struct given {
    struct arena arena;
    struct jig_generation generation;
};

struct generate {
    struct build *build;
    struct codegen *codegen;
    uint32_t *generator_of; /* [pipeline] codegen's number; NOT_ADDED: no job of it has started */
    struct given **given;   /* [position in the plan] */
};

static const struct config_pipeline *pipeline_of(const struct build *build, job_id id)
{
    const struct jig_session *session = build->session;
    return &session->pipelines->config.pipelines[session->graph->jobs.data[id].pipeline - 1];
}

bool generate_is_for(const struct build *build, job_id id)
{
    return build->session->graph->jobs.data[id].pipeline &&
           pipeline_of(build, id)->generate.kind != GENERATOR_COMMAND;
}

bool generate_makes_folders(const struct build *build, job_id id)
{
    return build->session->graph->jobs.data[id].pipeline &&
           (pipeline_of(build, id)->generate.kind == GENERATOR_BUILTIN ||
            pipeline_of(build, id)->generate.kind == GENERATOR_PLUGIN);
}

bool generate_source_is_unreadable(const struct build *build, job_id id)
{
    const struct jig_session *session = build->session;
    const struct graph_job *job = &session->graph->jobs.data[id];
    if (!job->pipeline || pipeline_of(build, id)->collects)
        return false;
    module_id module =
        discovery_find(session->pipelines->discovery,
                       graph_path(session->graph, graph_inputs(session->graph, job)[0]),
                       session->pipelines->lenses.of[job->pipeline - 1]);
    return module != MODULE_NONE &&
           (discovery_module(session->pipelines->discovery, module)->flags & MODULE_UNREADABLE);
}

enum jig_status generate_create(struct generate **out, struct build *build,
                                void (*wake)(void *context), void *context, struct jig_error *error)
{
    const struct codegen_options options = {
        .pool = build->session->pool, .wake = wake, .context = context};
    struct codegen *codegen;
    *out = NULL;
    enum jig_status status = codegen_create(&codegen, &options, error);
    if (status)
        return status;
    struct generate *generate = mem_zalloc(sizeof *generate);
    uint32_t count = build->session->pipelines->config.pipeline_count;
    generate->build = build;
    generate->codegen = codegen;
    generate->generator_of = mem_alloc((size_t)count * sizeof *generate->generator_of);
    memset(generate->generator_of, 0xff, (size_t)count * sizeof *generate->generator_of);
    generate->given = mem_array(build->plan->order.count, sizeof(*generate->given));
    *out = generate;
    return JIG_OK;
}

static void free_given(struct generate *generate, job_id id)
{
    struct given **given = &generate->given[generate->build->plan->jobs[id].position];
    if (!*given)
        return;
    arena_free(&(*given)->arena);
    free(*given);
    *given = NULL;
}

void generate_destroy(struct generate *generate)
{
    if (!generate)
        return;
    codegen_destroy(generate->codegen);
    for (uint32_t i = 0; i < generate->build->plan->order.count; i++)
        free_given(generate, generate->build->plan->order.data[i]);
    free(generate->given);
    free(generate->generator_of);
    free(generate);
}

/* ---- what a generator is told --------------------------------------------------------------- */

static const char *digest_text(struct arena *arena, struct digest digest)
{
    char *text = arena_alloc(arena, 33);
    digest_format(digest, text);
    return text;
}

static const char *kind_name(uint32_t kind)
{
    static const char *const names[] = {
        [DEFINITION_OTHER] = "other",         [DEFINITION_FUNCTION] = "function",
        [DEFINITION_CLASS] = "class",         [DEFINITION_VALUE] = "value",
        [DEFINITION_TYPE] = "type",           [DEFINITION_ENUM] = "enum",
        [DEFINITION_NAMESPACE] = "namespace", [DEFINITION_SERVICE] = "service",
        [DEFINITION_OPERATION] = "operation", [DEFINITION_FRAGMENT] = "fragment",
        [DEFINITION_ALIAS] = "alias",
    };
    return kind < sizeof names / sizeof *names ? names[kind] : "other";
}

static const char *import_kind_name(uint32_t kind)
{
    static const char *const names[] = {
        [IMPORT_STATIC] = "static",     [IMPORT_TYPE] = "type",
        [IMPORT_DYNAMIC] = "dynamic",   [IMPORT_REQUIRE] = "require",
        [IMPORT_REEXPORT] = "reexport", [IMPORT_QUOTED] = "quoted",
        [IMPORT_ANGLED] = "angled",     [IMPORT_WEAK] = "weak",
        [IMPORT_COMPUTED] = "computed",
    };
    return kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

static void tell_imports(struct arena *arena, const struct discovery *discovery, module_id id,
                         struct jig_generation_module *out)
{
    const struct module *module = discovery_module(discovery, id);
    const struct fact_import *imports = discovery_imports(discovery, id);
    const struct module_import *resolved = discovery_resolved(discovery, id);
    struct jig_generation_import *told = arena_alloc(arena, module->imports_count * sizeof *told);
    for (uint32_t i = 0; i < module->imports_count; i++) {
        bool found = resolved[i].target != MODULE_NONE;
        told[i] = (struct jig_generation_import){
            .specifier = discovery_fact_text(discovery, imports[i].specifier),
            .path = found ? discovery_path(discovery, resolved[i].target) : NULL,
            .unresolved = resolved[i].resolution == RESOLUTION_UNRESOLVED,
            .line = imports[i].line,
            .kind = import_kind_name(imports[i].kind),
        };
    }
    out->imports = told;
    out->import_count = module->imports_count;
}

/* All but the nameless one, which stands for the text between definitions. */
static void tell_definitions(struct arena *arena, const struct discovery *discovery, module_id id,
                             struct jig_generation_module *out)
{
    const struct module *module = discovery_module(discovery, id);
    const struct fact_definition *definitions = discovery_definitions(discovery, id);
    struct jig_generation_definition *told =
        arena_alloc(arena, module->definitions_count * sizeof *told);
    size_t count = 0;
    for (uint32_t i = 0; i < module->definitions_count; i++) {
        const char *name = discovery_fact_text(discovery, definitions[i].name);
        if (!*name)
            continue;
        told[count++] = (struct jig_generation_definition){
            .name = name,
            .kind = kind_name(definitions[i].kind),
            .exported = definitions[i].exported != 0,
            .line = definitions[i].line,
        };
    }
    out->definitions = told;
    out->definition_count = count;
}

/* What the collected pipeline makes of a module, with digests. */
static void tell_outputs(struct arena *arena, const struct jig_session *session,
                         const struct graph_job *job, struct jig_generation_module *out)
{
    const file_id *outputs = graph_outputs(session->graph, job);
    const char **paths = arena_alloc(arena, job->out_count * sizeof *paths);
    const char **digests = arena_alloc(arena, job->out_count * sizeof *digests);
    for (uint32_t i = 0; i < job->out_count; i++) {
        paths[i] = graph_path(session->graph, outputs[i]);
        digests[i] = digest_text(arena, session->history->files.data[outputs[i]].digest);
    }
    out->outputs = paths;
    out->output_digests = digests;
    out->output_count = job->out_count;
}

/* The module that is the source of `job`. */
static struct jig_generation_module
tell_module(struct arena *arena, const struct jig_session *session, const struct graph_job *job)
{
    const struct pipelines *pipelines = session->pipelines;
    file_id source = graph_inputs(session->graph, job)[0];
    struct jig_generation_module module = {
        .path = graph_path(session->graph, source),
        .digest = digest_text(arena, session->history->files.data[source].digest),
    };
    module_id id =
        discovery_find(pipelines->discovery, module.path, pipelines->lenses.of[job->pipeline - 1]);
    if (id != MODULE_NONE) {
        tell_imports(arena, pipelines->discovery, id, &module);
        tell_definitions(arena, pipelines->discovery, id, &module);
    }
    return module;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct jig_generation_module *)a)->path,
                  ((const struct jig_generation_module *)b)->path);
}

static bool collects(const struct config_pipeline *pipeline, uint32_t other)
{
    bool found = false;
    for (uint32_t i = 0; i < pipeline->collects_count && !found; i++)
        found = pipeline->collects[i] == other;
    return found;
}

static void tell_collected(struct given *given, const struct jig_session *session,
                           const struct config_pipeline *pipeline)
{
    const struct graph *graph = session->graph;
    VEC(struct jig_generation_module) modules = {0};
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (!job->pipeline || !collects(pipeline, job->pipeline - 1))
            continue;
        struct jig_generation_module module = {.path =
                                                   graph_path(graph, graph_job_key(graph, job))};
        if (!session->pipelines->config.pipelines[job->pipeline - 1].collects)
            module = tell_module(&given->arena, session, job);
        else
            module.digest = digest_text(
                &given->arena, session->history->files.data[graph_job_key(graph, job)].digest);
        tell_outputs(&given->arena, session, job, &module);
        vec_push(&modules, module);
    }
    if (modules.count)
        qsort(modules.data, modules.count, sizeof *modules.data, by_path);
    struct jig_generation_module *kept = arena_alloc(&given->arena, modules.count * sizeof *kept);
    if (modules.count)
        memcpy(kept, modules.data, modules.count * sizeof *kept);
    given->generation.modules = kept;
    given->generation.module_count = modules.count;
    vec_free(&modules);
}

static const char *const *tell_paths(struct arena *arena, const struct graph *graph,
                                     const file_id *files, uint32_t count)
{
    const char **paths = arena_alloc(arena, (count + 1) * sizeof *paths);
    for (uint32_t i = 0; i < count; i++)
        paths[i] = graph_path(graph, files[i]);
    return paths;
}

static struct given *give(const struct build *build, job_id id)
{
    const struct jig_session *session = build->session;
    const struct config_pipeline *pipeline = pipeline_of(build, id);
    const struct graph_job *job = &session->graph->jobs.data[id];
    struct given *given = mem_zalloc(sizeof *given);
    given->generation = (struct jig_generation){
        .size = sizeof given->generation,
        .pipeline = pipeline->name,
        .options = pipeline->generate.options,
        .outputs = tell_paths(&given->arena, session->graph, graph_outputs(session->graph, job),
                              job->out_count),
        .output_count = job->out_count,
    };
    if (pipeline->collects) {
        tell_collected(given, session, pipeline);
    } else {
        struct jig_generation_module *module = arena_alloc(&given->arena, sizeof *module);
        *module = tell_module(&given->arena, session, job);
        given->generation.modules = module;
        given->generation.module_count = 1;
    }
    return given;
}

/* ---- what a worker is told ------------------------------------------------------------------ */

static void give_worker(const struct build *build, job_id id, struct given *given,
                        struct codegen_job *out)
{
    const struct jig_session *session = build->session;
    const struct config_pipeline *pipeline = pipeline_of(build, id);
    const struct graph *graph = session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    const struct template_values values = {
        .pipeline = pipeline,
        .source = pipeline->collects ? NULL : graph_path(graph, graph_inputs(graph, job)[0]),
        .outputs = given->generation.outputs,
        .output_count = job->out_count,
        .sources =
            tell_paths(&given->arena, graph, graph_inputs(graph, job), job->explicit_in_count),
        .source_count = job->explicit_in_count,
    };
    struct buf text = {0};
    config_arguments(pipeline, &values, &text);
    uint32_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == '\0';
    const char **arguments = arena_alloc(&given->arena, (count + 1) * sizeof *arguments);
    const char *at = buf_cstr(&text);
    for (uint32_t i = 0; i < count; i++, at += strlen(at) + 1)
        arguments[i] = arena_strndup(&given->arena, at, strlen(at));
    buf_free(&text);

    struct codegen_input *inputs = arena_alloc(&given->arena, (job->in_count + 1) * sizeof *inputs);
    for (uint32_t i = 0; i < job->in_count; i++) {
        file_id file = graph_inputs(graph, job)[i];
        if (graph_is_virtual(graph, file))
            continue;
        inputs[out->input_count++] = (struct codegen_input){
            graph_path(graph, file),
            digest_text(&given->arena, session->history->files.data[file].digest)};
    }
    out->arguments = arguments;
    out->inputs = inputs;
}

/* ---- starting and taking --------------------------------------------------------------------- */

static enum jig_status add_generator(struct generate *generate, uint32_t index,
                                     struct jig_error *error)
{
    static const enum codegen_kind kinds[] = {
        [GENERATOR_WORKER] = CODEGEN_WORKER,
        [GENERATOR_PLUGIN] = CODEGEN_PLUGIN,
        [GENERATOR_BUILTIN] = CODEGEN_BUILTIN,
    };
    const struct build *build = generate->build;
    const struct config_pipeline *pipeline = &build->session->pipelines->config.pipelines[index];
    const struct config_generator *from = &pipeline->generate;
    const char **argv = mem_array(from->argv.count + 1, sizeof *argv);
    for (uint32_t i = 0; i < from->argv.count; i++)
        argv[i] = from->argv.data[i];
    uint32_t slots = build->options->slots;
    const struct codegen_generator generator = {
        .kind = kinds[from->kind],
        .pipeline = pipeline->name,
        .name = from->kind == GENERATOR_PLUGIN ? from->plugin : from->builtin,
        .options = from->options,
        .argv = argv,
        .workers = from->workers         ? from->workers
                   : slots && slots < 64 ? slots
                                         : 64,
        .multiplex = from->multiplex ? from->multiplex : 1,
        .timeout_ms = pipeline->timeout_ms,
    };
    enum jig_status status =
        codegen_add(generate->codegen, &generator, &generate->generator_of[index], error);
    if (status)
        generate->generator_of[index] = NOT_ADDED;
    free(argv);
    return status;
}

enum jig_status generate_start(struct generate *generate, job_id id, struct jig_error *error)
{
    const struct build *build = generate->build;
    const struct graph_job *job = &build->session->graph->jobs.data[id];
    uint32_t index = job->pipeline - 1;
    if (generate->generator_of[index] == NOT_ADDED) {
        enum jig_status status = add_generator(generate, index, error);
        if (status)
            return status;
    }
    struct given *given = give(build, id);
    generate->given[generate->build->plan->jobs[id].position] = given;
    const struct config_pipeline *pipeline = pipeline_of(build, id);
    struct codegen_job start = {
        .job = id,
        .generator = generate->generator_of[index],
        .generation = &given->generation,
        .imports_closed = pipeline->depends == DEPENDS_SELF || pipeline->sees == SEES_DEFINITIONS,
        .outputs = given->generation.outputs,
        .output_count = job->out_count,
    };
    if (pipeline->generate.kind == GENERATOR_WORKER)
        give_worker(build, id, given, &start);
    codegen_start(generate->codegen, &start);
    return JIG_OK;
}

bool generate_take(struct generate *generate, struct run_result *out, struct digest *contents)
{
    struct codegen_result result;
    if (!generate || !codegen_take(generate->codegen, &result))
        return false;
    free_given(generate, result.job);
    *contents = result.contents;
    generate->build->result->outputs_written += result.written;
    *out = (struct run_result){
        .kind = RUN_FINISHED,
        .job = result.job,
        .exit_code = result.exit_code,
        .interrupted = result.interrupted,
        .output = result.output,
        .start_ns = result.start_ns,
        .end_ns = result.end_ns,
        .user_ns = result.user_ns,
    };
    return true;
}

void generate_interrupt(struct generate *generate)
{
    if (generate)
        codegen_interrupt(generate->codegen);
}
