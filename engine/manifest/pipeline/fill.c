#include "engine/manifest/pipeline/fill.h"

#include "engine/codegen/codegen.h"
#include "engine/manifest/pipeline/filling.h"

#include <stdlib.h>

/* ---- before discovery --------------------------------------------------------------------- */

static str_id intern(struct graph *graph, const char *text)
{
    return graph_intern(graph, text, strlen(text));
}

void fill_begin(struct fill *fill, const struct config *config, const struct lenses *lenses)
{
    *fill = (struct fill){.config = config, .lenses = lenses, .graph = graph_create()};
    struct graph *graph = fill->graph;
    for (uint32_t i = 0; i < config->file_count; i++) {
        const char *path = config->files[i].path;
        vec_push(&graph->manifests, graph_add_file(graph, path, strlen(path)));
        vec_push(&graph->manifest_digests, config->files[i].digest);
    }
    for (uint32_t i = 0; i < config->pool_count; i++) {
        struct graph_pool pool = {intern(graph, config->pools[i].name), config->pools[i].depth};
        vec_push(&graph->pools, pool);
    }
}

struct discovery_request fill_request(struct fill *fill)
{
    const struct graph *graph = fill->graph;
    const uint32_t lens_count = fill->lenses->all.count;
    /* A file that several pipelines take through one lens is one source. */
    uint8_t *seen = mem_array((size_t)graph->files.count * lens_count, 1);
    for (uint32_t p = 0; p < fill->config->pipeline_count; p++) {
        const struct selected_pipeline *selected = &fill->selection.pipelines[p];
        const uint32_t lens = fill->lenses->of[p];
        for (uint32_t i = 0; i < selected->sources.count; i++) {
            const struct selected_source *source = &selected->sources.data[i];
            if (seen[(size_t)source->file * lens_count + lens]++)
                continue;
            struct discovery_source wanted = {graph_path(graph, source->file), lens,
                                              source->made_by != SELECT_NONE};
            vec_push(&fill->sources, wanted);
        }
        for (uint32_t i = 0; i < selected->outputs.count; i++)
            vec_push(&fill->made, graph_path(graph, selected->outputs.data[i]));
    }
    free(seen);
    return (struct discovery_request){
        .lenses = fill->lenses->all.data,
        .lens_count = lens_count,
        .sources = fill->sources.data,
        .source_count = fill->sources.count,
        .made = fill->made.data,
        .made_count = fill->made.count,
    };
}

void fill_free(struct fill *fill)
{
    selection_free(&fill->selection, fill->config);
    graph_destroy(fill->graph);
    vec_free(&fill->sources);
    vec_free(&fill->made);
    *fill = (struct fill){0};
}

/* ---- modules ------------------------------------------------------------------------------ */

static void add_module_files(struct filling *f)
{
    for (module_id id = 0; id < discovery_module_count(f->discovery); id++) {
        const char *path = discovery_path(f->discovery, id);
        vec_push(&f->graph->modules, graph_add_file(f->graph, path, strlen(path)));
    }
}

/* The module of a pipeline's source. */
static module_id module_of(const struct filling *f, uint32_t pipeline,
                           const struct selected_source *source)
{
    return discovery_find(f->discovery, filling_path(f, source->file),
                          f->fill->lenses->of[pipeline]);
}

static void find_rounds(struct filling *f)
{
    const struct config *config = f->fill->config;
    VEC(struct rounds_source) sources = {0};
    for (uint32_t p = 0; p < config->pipeline_count; p++) {
        const struct selected_pipeline *selected = &f->fill->selection.pipelines[p];
        for (uint32_t i = 0; i < selected->sources.count; i++) {
            module_id module = module_of(f, p, &selected->sources.data[i]);
            if (module != MODULE_NONE)
                vec_push(&sources, ((struct rounds_source){p, module}));
        }
    }
    uint32_t count = discovery_module_count(f->discovery);
    uint32_t *maker_of = mem_array(count, sizeof *maker_of);
    bool any = false;
    for (module_id id = 0; id < count; id++) {
        maker_of[id] = selection_maker(&f->fill->selection, filling_file(f, id));
        any |= maker_of[id] != SELECT_NONE;
    }
    rounds_find(&f->rounds, config, f->discovery, any ? maker_of : NULL, sources.data,
                sources.count);
    free(maker_of);
    vec_free(&sources);
}

/* Makes the closures of what the sources of all pipelines that see whole files reach. */
static void make_closures(struct filling *f)
{
    uint8_t *wanted = mem_array(discovery_component_count(f->discovery), 1);
    for (uint32_t p = 0; p < f->fill->config->pipeline_count; p++) {
        if (f->fill->config->pipelines[p].depends != DEPENDS_TRANSITIVE)
            continue;
        const struct selected_pipeline *selected = &f->fill->selection.pipelines[p];
        for (uint32_t i = 0; i < selected->sources.count; i++) {
            module_id module = module_of(f, p, &selected->sources.data[i]);
            if (module != MODULE_NONE && edges_see_content(f, p, module))
                closures_want(f, module, wanted);
        }
    }
    closures_make(f, wanted);
    free(wanted);
}

/* ---- jobs --------------------------------------------------------------------------------- */

static uint32_t pool_of(const struct config *config, const struct config_pipeline *pipeline)
{
    if (pipeline->pool == CONFIG_NO_POOL)
        return GRAPH_POOL_DEFAULT;
    if (strcmp(config->pools[pipeline->pool].name, "console") == 0)
        return GRAPH_POOL_CONSOLE;
    return GRAPH_POOL_CONSOLE + 1 + pipeline->pool;
}

struct job_pattern pattern_make(struct filling *f, uint32_t index, const char *salt)
{
    const struct config *config = f->fill->config;
    const struct config_pipeline *pipeline = &config->pipelines[index];
    struct job_pattern pattern = {
        .index = index,
        .pipeline = pipeline,
        .job = {.explicit_out_count = pipeline->outputs.count,
                .out_count = pipeline->outputs.count,
                .pool = pool_of(config, pipeline),
                .rule = intern(f->graph, pipeline->name),
                .manifest = intern(f->graph, pipeline->file),
                .line = pipeline->line,
                .msvc_deps_prefix = GRAPH_NONE,
                .dyndep = GRAPH_NONE,
                .pipeline = index + 1,
                .salt = intern(f->graph, salt),
                .timeout_ms = pipeline->timeout_ms},
    };
    edges_begin(f);
    edges_add_tools(f, index);
    for (uint32_t i = 0; i < f->edges.count; i++)
        vec_push(&pattern.tools, f->edges.data[i]);
    return pattern;
}

static struct graph_rope make_rope(struct graph *graph, const struct buf *text)
{
    uint32_t mark = graph_rope_begin(graph);
    if (text->length)
        graph_rope_push(graph, graph_intern(graph, text->data, text->length));
    return graph_rope_end(graph, mark);
}

/* The recipe as text: a command for sh, or for people what else is done. */
static void describe_recipe(const struct config_pipeline *pipeline,
                            const struct template_values *values, struct buf *out)
{
    const struct config_generator *generator = &pipeline->generate;
    switch (generator->kind) {
    case GENERATOR_COMMAND:
        config_command(pipeline, values, out);
        return;
    case GENERATOR_WORKER:
        for (uint32_t i = 0; i < generator->argv.count; i++) {
            buf_append_shell_quoted(out, generator->argv.data[i], strlen(generator->argv.data[i]));
            buf_append_char(out, ' ');
        }
        buf_append_str(out, "<< ");
        size_t begin = out->length;
        config_arguments(pipeline, values, out);
        for (size_t i = begin; i < out->length; i++) {
            if (out->data[i] == '\0')
                out->data[i] = ' ';
        }
        return;
    case GENERATOR_PLUGIN:
        buf_printf(out, "plugin %s %s", generator->plugin, generator->options);
        return;
    case GENERATOR_BUILTIN:
        buf_printf(out, "builtin %s %s", generator->builtin, generator->options);
        return;
    }
}

struct graph_job pattern_fill(struct filling *f, const struct job_pattern *pattern,
                              const file_id *outputs, uint32_t explicit_count, const char *source,
                              struct file_list *edges)
{
    struct graph *graph = f->graph;
    const uint32_t out_count = pattern->pipeline->outputs.count;
    struct graph_job job = pattern->job;
    for (uint32_t i = 0; i < pattern->tools.count; i++)
        edges_add(f, pattern->tools.data[i]);
    job.explicit_in_count = explicit_count;
    job.in_count = f->edges.count;

    const char **output_paths = mem_array(out_count, sizeof *output_paths);
    const char **source_paths = mem_array(explicit_count, sizeof *source_paths);
    for (uint32_t i = 0; i < out_count; i++)
        output_paths[i] = filling_path(f, outputs[i]);
    for (uint32_t i = 0; i < explicit_count; i++)
        source_paths[i] = filling_path(f, f->edges.data[i]);
    const struct template_values values = {.pipeline = pattern->pipeline,
                                           .source = source,
                                           .outputs = output_paths,
                                           .output_count = out_count,
                                           .sources = source_paths,
                                           .source_count = explicit_count};
    struct buf command = {0};
    struct buf description = {0};
    describe_recipe(pattern->pipeline, &values, &command);
    template_expand(pattern->pipeline->description, &values, false, &description);
    free(output_paths);
    free(source_paths);
    job.command = make_rope(graph, &command);
    job.description = make_rope(graph, &description);
    buf_free(&command);
    buf_free(&description);

    edges->count = 0;
    for (uint32_t i = 0; i < out_count; i++)
        vec_push(edges, outputs[i]);
    for (uint32_t i = 0; i < f->edges.count; i++)
        vec_push(edges, f->edges.data[i]);
    return job;
}

/* Adds the job whose inputs have been listed; `explicit_count` of them are explicit. */
static void add_job(struct filling *f, const struct job_pattern *pattern, const file_id *outputs,
                    uint32_t explicit_count, const char *source)
{
    struct file_list edges = {0};
    struct graph_job job = pattern_fill(f, pattern, outputs, explicit_count, source, &edges);
    graph_add_job(f->graph, &job, edges.data);
    vec_free(&edges);
}

void edges_of_source(struct filling *f, uint32_t pipeline, file_id source)
{
    module_id module =
        discovery_find(f->discovery, filling_path(f, source), f->fill->lenses->of[pipeline]);
    edges_begin(f);
    edges_add(f, source);
    if (module == MODULE_NONE)
        return;
    edges_add_imports(f, pipeline, module);
    if (fill_sees_facts(&f->fill->config->pipelines[pipeline]))
        edges_add_import_list(f, module);
}

static void add_source_job(struct filling *f, const struct job_pattern *pattern,
                           const struct selected_source *source)
{
    const struct selected_pipeline *selected = &f->fill->selection.pipelines[pattern->index];
    edges_of_source(f, pattern->index, source->file);
    char *path = mem_strndup(filling_path(f, source->file), strlen(filling_path(f, source->file)));
    add_job(f, pattern, selected->outputs.data + source->outputs, 1, path);
    free(path);
}

/* What a pipeline makes, in the order of its sources' paths. */
static void add_collected(struct filling *f, uint32_t index)
{
    const struct selected_pipeline *collected = &f->fill->selection.pipelines[index];
    const uint32_t each = f->fill->config->pipelines[index].outputs.count;
    for (uint32_t i = 0; i < collected->sources.count; i++) {
        for (uint32_t o = 0; o < each; o++)
            edges_add(f, collected->outputs.data[collected->sources.data[i].outputs + o]);
    }
    for (uint32_t o = 0; !collected->sources.count && o < collected->outputs.count; o++)
        edges_add(f, collected->outputs.data[o]);
}

/* One job of all outputs of what it collects; and of the sources, if it is told about these. */
static void add_collect_job(struct filling *f, const struct job_pattern *pattern)
{
    const struct fill *fill = f->fill;
    const struct config_pipeline *pipeline = pattern->pipeline;
    edges_begin(f);
    for (uint32_t c = 0; c < pipeline->collects_count; c++)
        add_collected(f, pipeline->collects[c]);
    uint32_t explicit_count = f->edges.count;
    for (uint32_t c = 0; c < pipeline->collects_count && fill_sees_facts(pipeline); c++) {
        const struct selected_pipeline *collected =
            &fill->selection.pipelines[pipeline->collects[c]];
        for (uint32_t i = 0; i < collected->sources.count; i++)
            edges_add(f, collected->sources.data[i].file);
        edges_add_module_list(f, pipeline->collects[c]);
    }
    add_job(f, pattern, fill->selection.pipelines[pattern->index].outputs.data, explicit_count,
            NULL);
}

static void add_jobs(struct filling *f, uint32_t index, const char *salt)
{
    const struct selected_pipeline *selected = &f->fill->selection.pipelines[index];
    struct job_pattern pattern = pattern_make(f, index, salt);
    for (uint32_t i = 0; i < selected->sources.count; i++)
        add_source_job(f, &pattern, &selected->sources.data[i]);
    if (pattern.pipeline->collects)
        add_collect_job(f, &pattern);
    vec_free(&pattern.tools);
}

/* The view that says whether any other may have changed. No job reads it. */
static void add_discovery_view(struct graph *graph)
{
    file_id file = graph_add_file(graph, "///discovery", 12);
    graph->files.data[file].flags |= GRAPH_FILE_VIRTUAL;
    struct graph_view view = {
        .file = file, .kind = GRAPH_VIEW_DISCOVERY, .of = GRAPH_NONE, .name = 0};
    vec_push(&graph->views, view);
}

void fill_finish(struct fill *fill, struct discovery *discovery, const char *const *salts)
{
    struct filling f = {.fill = fill, .graph = fill->graph, .discovery = discovery};
    add_discovery_view(f.graph);
    add_module_files(&f);
    find_rounds(&f);
    f.closures = mem_array(discovery_component_count(discovery), sizeof *f.closures);
    make_closures(&f);
    for (uint32_t i = 0; i < fill->config->pipeline_count; i++)
        add_jobs(&f, i, salts[i]);
    graph_seal(f.graph, 0);
    rounds_free(&f.rounds);
    free(f.closures);
    vec_free(&f.view_of);
    vec_free(&f.listed);
    vec_free(&f.edges);
    buf_free(&f.text);
}

/* ---- recipes ------------------------------------------------------------------------------ */

bool fill_sees_facts(const struct config_pipeline *pipeline)
{
    const struct config_generator *generator = &pipeline->generate;
    return generator->kind == GENERATOR_PLUGIN ||
           (generator->kind == GENERATOR_BUILTIN && codegen_builtin_sees_facts(generator->builtin));
}

/* With its length before it, so that text cannot move from one part to the next unnoticed. */
static void add_part(struct buf *out, const char *text)
{
    buf_printf(out, "%zu:%s", strlen(text), text);
}

enum jig_status fill_salt(const struct config_pipeline *pipeline, struct buf *out,
                          struct jig_error *error)
{
    static const char *const kinds[] = {"command", "worker", "plugin", "builtin"};
    const struct config_generator *generator = &pipeline->generate;
    enum jig_status status = JIG_OK;
    add_part(out, kinds[generator->kind]);
    add_part(out, generator->version);
    add_part(out, generator->options);
    if (generator->kind == GENERATOR_BUILTIN) {
        add_part(out, CODEGEN_BUILTIN_VERSION);
        status = codegen_builtin_check(generator->builtin, generator->options,
                                       pipeline->outputs.count, pipeline->collects != NULL, error);
    } else if (generator->kind == GENERATOR_PLUGIN) {
        struct buf version = {0};
        status = codegen_plugin_version(generator->plugin, &version, error);
        add_part(out, buf_cstr(&version));
        buf_free(&version);
    }
    for (uint32_t i = 0; i < pipeline->env.count; i++) {
        const char *value = getenv(pipeline->env.data[i]);
        add_part(out, pipeline->env.data[i]);
        add_part(out, value ? value : "");
        add_part(out, value ? "=" : "");
    }
    if (status && error && !error->file[0]) {
        strncpy(error->file, pipeline->file, sizeof error->file - 1);
        error->line = pipeline->line;
    }
    return status;
}
