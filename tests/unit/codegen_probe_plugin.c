/*
 * A plugin for tests, built several times: PROBE_… definitions say what is wrong with it. What the
 * good one does is in the options of each job; with none, the output is the module in upper case.
 */
#include "jig/generator.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PROBE_ABI
#define PROBE_ABI JIG_GENERATOR_ABI
#endif
#ifndef PROBE_SIZE
#define PROBE_SIZE sizeof(struct jig_generator)
#endif
#ifndef PROBE_NAME
#define PROBE_NAME "probe"
#endif
#ifndef PROBE_VERSION
#define PROBE_VERSION "1.0"
#endif
#ifndef PROBE_NULL
#define PROBE_NULL 0
#endif
#ifndef PROBE_SYMBOL
#define PROBE_SYMBOL jig_generator
#endif

/* What `open` was told; written before any job. */
struct instance {
    int opened;
    char options[256];
};

static int open_probe(const char *options, void **out)
{
    static int opened;
    if (strstr(options, "refuse"))
        return 5;
    struct instance *instance = calloc(1, sizeof *instance);
    if (!instance)
        return 1;
    instance->opened = ++opened;
    snprintf(instance->options, sizeof instance->options, "%s", options);
    *out = instance;
    return 0;
}

static int copy_upper(const struct jig_generation *job, const struct jig_generation_api *api,
                      const char *path, size_t output)
{
    size_t length;
    const char *text = api->read(api->handle, path, &length);
    if (!text || text[length] != '\0')
        return 1;
    char *upper = malloc(length + 1);
    if (!upper)
        return 1;
    for (size_t i = 0; i < length; i++)
        upper[i] = (char)toupper((unsigned char)text[i]);
    int result = api->write(api->handle, output, upper, length);
    free(upper);
    (void)job;
    return result;
}

static int generate(void *instance, const struct jig_generation *job,
                    const struct jig_generation_api *api)
{
    const struct instance *self = instance;
    const char *what = job->options;
    const char *path = job->modules[0].path;
    if (strstr(what, "nothing"))
        return 0;
    if (strstr(what, "silent"))
        return 4;
    if (strstr(what, "complain")) {
        api->print(api->handle, "100% ");
        api->print(api->handle, "wrong\n");
        return 4;
    }
    if (strstr(what, "foreign")) {
        api->read(api->handle, "secret", NULL);
        api->write(api->handle, 0, "x", 1);
        return 0; /* it does not say that it failed */
    }
    if (strstr(what, "beyond"))
        api->write(api->handle, 99, "x", 1);
    if (strstr(what, "imported"))
        return copy_upper(job, api, job->modules[0].imports[0].path, 0);
    if (strstr(what, "collected"))
        return copy_upper(job, api, job->modules[0].outputs[0], 0);
    if (strstr(what, "opened")) {
        char text[320];
        int length = snprintf(text, sizeof text, "%d %s", self->opened, self->options);
        return api->write(api->handle, 0, text, (size_t)length);
    }
    int result = copy_upper(job, api, path, 0);
    if (strstr(what, "twice"))
        result = copy_upper(job, api, path, 0);
    if (strstr(what, "late-failure"))
        return 1;
    return strstr(what, "negative")                          ? -1
           : strstr(what, "beyond") || strstr(what, "twice") ? 0
                                                             : result;
}

static void close_probe(void *instance)
{
    free(instance);
}

const struct jig_generator *PROBE_SYMBOL(void);

const struct jig_generator *PROBE_SYMBOL(void)
{
    static const struct jig_generator me = {PROBE_ABI,  PROBE_SIZE, PROBE_NAME, PROBE_VERSION,
                                            open_probe, generate,   close_probe};
    return PROBE_NULL ? NULL : &me;
}
