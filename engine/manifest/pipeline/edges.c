/*
 * What a job depends on, as a list of files.
 */
#include "engine/manifest/pipeline/filling.h"

#include <stdlib.h>

void edges_begin(struct filling *f)
{
    f->edges.count = 0;
    f->serial++;
}

void edges_add(struct filling *f, file_id file)
{
    if (file >= f->listed.count)
        vec_extend(&f->listed, f->graph->files.count - f->listed.count);
    if (f->listed.data[file] == f->serial)
        return;
    f->listed.data[file] = f->serial;
    vec_push(&f->edges, file);
}

/* ---- virtual files ------------------------------------------------------------------------- */

static void append_mark(struct buf *out, uint32_t mark)
{
    char digits[8]; /* by hand, for each view has one */
    for (size_t i = sizeof digits; i-- > 0; mark >>= 4)
        digits[i] = "0123456789abcdef"[mark & 0xf];
    buf_append_char(out, '/');
    buf_append(out, digits, sizeof digits);
}

/*
 * Names of definitions may hold anything, for modern JavaScript has quoted ones. Without a slash in
 * them, no name can be taken for something else.
 */
void filling_name_part(struct filling *f, const char *path, const char *part, uint32_t lens)
{
    buf_clear(&f->text);
    buf_append_str(&f->text, path);
    buf_append_str(&f->text, "//");
    if (*part == '/')
        buf_append_char(&f->text, *part++); /* one of ours */
    for (size_t plain; *part; part += plain) {
        plain = strcspn(part, "/%");
        buf_append(&f->text, part, plain);
        if (part[plain])
            buf_append_str(&f->text, part[plain++] == '/' ? "%2F" : "%25");
    }
    append_mark(&f->text, f->fill->lenses->marks.data[lens]);
}

/* The virtual file named by `text`, with the view that it is; made when it is new. */
static file_id add_view(struct filling *f, struct graph_view view)
{
    struct graph *graph = f->graph;
    view.file = graph_add_file(graph, f->text.data, f->text.length);
    if (view.file >= f->view_of.count)
        vec_extend(&f->view_of, graph->files.count - f->view_of.count);
    if (!f->view_of.data[view.file]) {
        graph->files.data[view.file].flags |= GRAPH_FILE_VIRTUAL;
        vec_push(&graph->views, view);
        f->view_of.data[view.file] = graph->views.count;
    }
    return view.file;
}

static file_id add_module_view(struct filling *f, enum graph_view_kind kind, module_id module,
                               const char *name, const char *part)
{
    uint32_t lens = discovery_module(f->discovery, module)->lens;
    filling_name_part(f, discovery_path(f->discovery, module), part, lens);
    return add_view(f, (struct graph_view){.kind = kind,
                                           .of = filling_file(f, module),
                                           .name = graph_intern(f->graph, name, strlen(name)),
                                           .lens = lens});
}

void edges_add_import_list(struct filling *f, module_id module)
{
    edges_add(f, add_module_view(f, GRAPH_VIEW_IMPORTS, module, "", "/imports"));
}

void edges_add_module_list(struct filling *f, uint32_t of)
{
    const char *name = f->fill->config->pipelines[of].name;
    buf_clear(&f->text);
    buf_printf(&f->text, "%s//", name);
    buf_append_str(&f->text, "/modules");
    edges_add(f, add_view(f, (struct graph_view){.kind = GRAPH_VIEW_MODULES,
                                                 .of = GRAPH_NONE,
                                                 .name = graph_intern(f->graph, name, strlen(name)),
                                                 .lens = f->fill->lenses->of[of],
                                                 .pipeline = of + 1}));
}

/* ---- imports ------------------------------------------------------------------------------- */

static void add_direct(struct filling *f, module_id module)
{
    uint32_t count;
    const module_id *target = discovery_targets(f->discovery, module, &count);
    for (uint32_t t = 0; t < count; t++)
        edges_add(f, filling_file(f, target[t]));
}

static file_id closure_of(struct filling *f, uint32_t component)
{
    return f->closure_of ? f->closure_of(f, component) : f->closures[component];
}

static void add_closures(struct filling *f, module_id module)
{
    uint32_t own = discovery_module(f->discovery, module)->component;
    uint32_t members;
    discovery_component(f->discovery, own, &members);
    if (members > 1) {
        edges_add(f, closure_of(f, own));
        return;
    }
    uint32_t count;
    const module_id *target = discovery_targets(f->discovery, module, &count);
    for (uint32_t t = 0; t < count; t++)
        edges_add(f, closure_of(f, discovery_module(f->discovery, target[t])->component));
}

static void add_definition(struct filling *f, module_id module, const char *name)
{
    edges_add(f, add_module_view(f, GRAPH_VIEW_DEFINITION, module, name, name));
}

static void add_definitions(struct filling *f, module_id id)
{
    const struct module *module = discovery_module(f->discovery, id);
    const struct fact_import *imports = discovery_imports(f->discovery, id);
    const struct module_import *resolved = discovery_resolved(f->discovery, id);
    for (uint32_t i = 0; i < module->imports_count; i++) {
        module_id target = resolved[i].target;
        if (target == MODULE_NONE || target == id)
            continue;
        const struct fact_name *names = discovery_import_names(f->discovery, &imports[i]);
        if (imports[i].all || !imports[i].names_count)
            add_definition(f, target, "*");
        for (uint32_t n = 0; !imports[i].all && n < imports[i].names_count; n++)
            add_definition(f, target, discovery_fact_text(f->discovery, names[n].imported));
    }
}

bool edges_see_content(const struct filling *f, uint32_t pipeline, module_id module)
{
    return f->fill->config->pipelines[pipeline].sees == SEES_CONTENT ||
           !rounds_are_final(&f->rounds, f->discovery, module, pipeline);
}

void edges_add_imports(struct filling *f, uint32_t pipeline, module_id module)
{
    enum config_depends depends = f->fill->config->pipelines[pipeline].depends;
    if (depends == DEPENDS_SELF)
        return;
    if (!edges_see_content(f, pipeline, module))
        add_definitions(f, module);
    else if (depends == DEPENDS_DIRECT)
        add_direct(f, module);
    else
        add_closures(f, module);
}
