/*
 * `jig cache show`: tells what is kept, or what of it is about some files.
 */
#include "tools/jig/cache.h"
#include "tools/jig/cache_file.h"
#include "tools/jig/overview.h"

#include <inttypes.h>
#include <stdio.h>

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void tell_module(const json_t *module)
{
    size_t i;
    const json_t *item;
    printf("  scanned as %s\n", text_of(module, "scan"));
    json_array_foreach(json_object_get(module, "imports"), i, item)
    {
        const char *path = text_of(item, "path");
        printf("    line %" PRId64 ": imports %s: %s\n", number_of(item, "line"),
               text_of(item, "specifier"), path ? path : text_of(item, "resolution"));
    }
    json_array_foreach(json_object_get(module, "definitions"), i, item)
    {
        printf("    line %" PRId64 ": %s %s%s\n", number_of(item, "line"), text_of(item, "kind"),
               text_of(item, "name"),
               json_is_true(json_object_get(item, "exported")) ? ", exported" : "");
    }
    json_array_foreach(json_object_get(module, "importers"), i, item)
        printf("    imported by %s\n", json_string_value(item));
}

static void tell_job(const char *how, const json_t *job)
{
    size_t i;
    const json_t *output;
    printf("  %s", how);
    json_array_foreach(json_object_get(job, "outputs"), i, output)
        printf(" %s", json_string_value(output));
    if (json_is_true(json_object_get(job, "recorded")))
        printf(" (%s, took %" PRId64 " ms, recorded at tick %" PRId64 ")\n", text_of(job, "rule"),
               number_of(job, "duration_ms"), number_of(job, "tick"));
    else
        printf(" (%s, never built)\n", text_of(job, "rule"));
}

static void tell_file(const json_t *file)
{
    size_t i;
    const json_t *item;
    printf("%s\n", text_of(file, "path"));
    if (json_is_true(json_object_get(file, "there")))
        printf("  %" PRId64 " bytes, modified %s\n  digest %s%s\n", number_of(file, "size"),
               text_of(file, "modified"), text_of(file, "digest"),
               json_is_true(json_object_get(file, "settled")) ? "" : ", too young to be trusted");
    else
        printf("  not there, or never looked at\n");
    printf("  last changed at tick %" PRId64 "\n", number_of(file, "changed"));
    json_array_foreach(json_object_get(file, "modules"), i, item) tell_module(item);
    item = json_object_get(file, "made_by");
    if (!json_is_null(item))
        tell_job("made by the job of", item);
    json_array_foreach(json_object_get(file, "read_by"), i, item)
        tell_job("read by the job of", item);
}

static int show_files(struct tool *tool, int count, char **words)
{
    struct file_list files = {0};
    bool found = tool_targets(tool, count, words, &files);
    json_t *list = json_array();
    for (uint32_t i = 0; found && i < files.count; i++)
        json_array_append_new(list, cache_file_json(tool->session, files.data[i]));
    if (found && tool->request->json) {
        json_dumpf(list, stdout, JSON_COMPACT);
        putchar('\n');
    }
    for (size_t i = 0; !tool->request->json && i < json_array_size(list); i++)
        tell_file(json_array_get(list, i));
    json_decref(list);
    vec_free(&files);
    return found ? EXIT_DONE : EXIT_UNABLE;
}

int cache_show(struct tool *tool, int count, char **words)
{
    if (count)
        return show_files(tool, count, words);
    struct overview overview = {0};
    struct buf text = {0};
    overview_take(&overview, tool->session);
    if (tool->request->json)
        overview_append_json(&overview, &text);
    else
        overview_append_text(&overview, &text);
    fputs(text.data, stdout);
    buf_free(&text);
    overview_free(&overview);
    return EXIT_DONE;
}
