#include "engine/codegen/builtin.h"

#include "engine/codegen/codegen.h"

#include <stdlib.h>

static const struct builtin *const builtins[] = {&builtin_copy, &builtin_embed,
                                                 &builtin_manifest_json, &builtin_ts_index};

const char *const codegen_builtin_names[] = {"copy", "embed", "manifest-json", "ts-index", NULL};

const struct builtin *builtin_find(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (strcmp(builtins[i]->name, name) == 0)
            return builtins[i];
    return NULL;
}

enum jig_status builtin_read_options(const struct builtin *builtin, const char *json,
                                     void **options, struct jig_error *error)
{
    void *values = mem_zalloc(builtin->options_size);
    if (builtin->defaults)
        memcpy(values, builtin->defaults, builtin->options_size);
    enum jig_status status = options_read(builtin->name, json, builtin->options, values, error);
    if (!status && builtin->check)
        status = builtin->check(values, error);
    if (status) {
        builtin_free_options(builtin, values);
        values = NULL;
    }
    *options = values;
    return status;
}

void builtin_free_options(const struct builtin *builtin, void *options)
{
    if (!options)
        return;
    options_free(builtin->options, options);
    free(options);
}

bool codegen_is_builtin(const char *name)
{
    return builtin_find(name) != NULL;
}

bool codegen_builtin_sees_facts(const char *name)
{
    const struct builtin *builtin = builtin_find(name);
    return builtin && builtin->sees_facts;
}

enum jig_status codegen_builtin_check(const char *name, const char *options, uint32_t output_count,
                                      bool collect, struct jig_error *error)
{
    const struct builtin *builtin = builtin_find(name);
    if (!builtin)
        return jig_fail(error, JIG_ERROR_USAGE, "there is no built-in generator '%s'", name);
    if (collect && !builtin->collects)
        return jig_fail(error, JIG_ERROR_USAGE,
                        "%s makes something of one module: it cannot collect", name);
    if (output_count != builtin->outputs)
        return jig_fail(error, JIG_ERROR_USAGE, "%s makes %u output%s, not %u", name,
                        builtin->outputs, builtin->outputs == 1 ? "" : "s", output_count);
    void *values;
    enum jig_status status = builtin_read_options(builtin, options, &values, error);
    builtin_free_options(builtin, values);
    return status;
}
