#include "pipeline_config_support.h"

#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

void parse_as(struct config *config, const char *path, const char *text)
{
    struct jig_error error = {0};
    enum jig_status status = config_parse(config, path, text, strlen(text), &error);
    if (status != JIG_OK)
        fail_msg("%s:%u:%u: %s", error.file, error.line, error.column, error.message);
}

void parse(struct config *config, const char *text)
{
    parse_as(config, "jig.yaml", text);
}

const char *error_of(const char *text, size_t length)
{
    static char told[4096];
    struct config config;
    struct jig_error error = {0};
    enum jig_status status = config_parse(&config, "jig.yaml", text, length, &error);
    config_free(&config);
    assert_int_not_equal(status, JIG_OK);
    assert_int_equal(status, error.status);
    assert_string_equal(error.file, "jig.yaml");
    snprintf(told, sizeof told, "%u:%u: %s", error.line, error.column, error.message);
    return told;
}

void assert_list(const struct string_list *list, const char *words)
{
    struct buf text = {0};
    for (uint32_t i = 0; i < list->count; i++)
        buf_printf(&text, "%s%s", i ? " " : "", list->data[i]);
    assert_string_equal(buf_cstr(&text), words);
    buf_free(&text);
}

/* NULL and text that is not given are the same. */
static void assert_same_text(const char *a, const char *b)
{
    assert_string_equal(a ? a : "(none)", b ? b : "(none)");
}

static void assert_same_list(const struct string_list *a, const struct string_list *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++)
        assert_string_equal(a->data[i], b->data[i]);
}

static void assert_same_scan(const struct config_scan *a, const struct config_scan *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_same_text(a->pattern, b->pattern);
    assert_same_list(&a->roots, &b->roots);
    assert_same_list(&a->extensions, &b->extensions);
    assert_same_text(a->tsconfig, b->tsconfig);
}

static void assert_same_generator(const struct config_generator *a,
                                  const struct config_generator *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_same_list(&a->argv, &b->argv);
    assert_same_list(&a->arguments, &b->arguments);
    assert_same_text(a->shell, b->shell);
    assert_same_text(a->plugin, b->plugin);
    assert_same_text(a->builtin, b->builtin);
    assert_string_equal(a->version, b->version);
    assert_string_equal(a->options, b->options);
    assert_int_equal(a->workers, b->workers);
    assert_int_equal(a->multiplex, b->multiplex);
}

static void assert_same_pool(const struct config *a, uint32_t of_a, const struct config *b,
                             uint32_t of_b)
{
    assert_int_equal(of_a == CONFIG_NO_POOL, of_b == CONFIG_NO_POOL);
    if (of_a == CONFIG_NO_POOL)
        return;
    assert_string_equal(a->pools[of_a].name, b->pools[of_b].name);
    assert_int_equal(a->pools[of_a].depth, b->pools[of_b].depth);
}

static void assert_same_pipeline(const struct config *config_a, const struct config_pipeline *a,
                                 const struct config *config_b, const struct config_pipeline *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->package, b->package);
    assert_same_list(&a->sources, &b->sources);
    assert_same_list(&a->exclude, &b->exclude);
    assert_same_scan(&a->scan, &b->scan);
    assert_int_equal(a->collects == NULL, b->collects == NULL);
    assert_int_equal(a->collects_count, b->collects_count);
    for (uint32_t i = 0; i < a->collects_count; i++)
        assert_int_equal(a->collects[i], b->collects[i]);
    assert_same_generator(&a->generate, &b->generate);
    assert_same_list(&a->outputs, &b->outputs);
    assert_string_equal(a->out_root, b->out_root);
    assert_same_list(&a->env, &b->env);
    assert_same_pool(config_a, a->pool, config_b, b->pool);
    assert_int_equal(a->timeout_ms, b->timeout_ms);
    assert_string_equal(a->description, b->description);
    assert_int_equal(a->depends, b->depends);
    assert_int_equal(a->sees, b->sees);
}

void assert_same_config(const struct config *a, const struct config *b)
{
    assert_int_equal(a->no_ignore, b->no_ignore);
    assert_int_equal(a->pool_count, b->pool_count);
    for (uint32_t i = 0; i < a->pool_count; i++)
        assert_same_pool(a, i, b, i);
    assert_int_equal(a->pipeline_count, b->pipeline_count);
    for (uint32_t i = 0; i < a->pipeline_count; i++)
        assert_same_pipeline(a, &a->pipelines[i], b, &b->pipelines[i]);
}

void assert_shows_as_itself(const struct config *config)
{
    struct buf shown = {0}, again = {0};
    struct config read;
    config_show(config, &shown);
    parse(&read, buf_cstr(&shown));
    assert_same_config(config, &read);
    config_show(&read, &again);
    assert_string_equal(buf_cstr(&shown), buf_cstr(&again));
    config_free(&read);
    buf_free(&shown);
    buf_free(&again);
}
