/*
 * The generator plugin interface: a shared object that makes files from modules.
 *
 * A plugin exports one function, jig_generator, which returns a static description:
 *
 *     static int generate(void *instance, const struct jig_generation *job,
 *                         const struct jig_generation_api *api) { … return 0; }
 *     const struct jig_generator *jig_generator(void) {
 *         static const struct jig_generator me = { JIG_GENERATOR_ABI, sizeof me, "upper", "1",
 *                                                  NULL, generate, NULL };
 *         return &me;
 *     }
 *
 * and is named in jig.yaml as `generate: { plugin: path/to/it.so }`. It is loaded once in a build
 * that has something for it to do, whichever pipelines name it, and unloaded at its end, so that
 * the next build of the same process has what is in the file then. The file is an input of every
 * job that uses it.
 *
 * Threads: `open` and `close` are called on one thread; `generate` on many at once, for different
 * jobs. A plugin keeps no state that one job leaves for another: what it makes must follow from the
 * job alone, or results will be wrong after a partial rebuild.
 *
 * A plugin writes through the api only. It must not exit, and must not touch the process' state
 * (signals, current directory, environment). A plugin that crashes takes jig with it; what was
 * finished before is not lost.
 */
#ifndef JIG_GENERATOR_H
#define JIG_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Changes when an old plugin would misunderstand. Structs that carry their size grow at their end
 * without it; those that come in arrays do not.
 */
#define JIG_GENERATOR_ABI 1

#if defined(__GNUC__)
#define JIG_GENERATOR_EXPORT __attribute__((visibility("default")))
#else
#define JIG_GENERATOR_EXPORT
#endif

struct jig_generation_import {
    const char *specifier; /* as the source has it */
    const char *path;      /* what it resolved to; NULL: external or unresolved */
    int unresolved;        /* 1: it should lead to a file and does not */
    uint32_t line;         /* 1-based */
    /* "static", "type", "dynamic", "require", "reexport" (export … from, import public), "quoted",
     * "angled", "weak", "computed"; NULL: not known. */
    const char *kind;
};

struct jig_generation_definition {
    const char *name;
    const char *kind; /* "function", "class", "value", "type", "enum", … */
    int exported;     /* 1: importers can see it */
    uint32_t line;    /* 1-based */
};

struct jig_generation_module {
    const char *path;   /* relative to the root, which is the current directory */
    const char *digest; /* of its content, 32 hexadecimal digits */
    const struct jig_generation_import *imports;
    size_t import_count;
    const struct jig_generation_definition *definitions;
    size_t definition_count;
    const char *const *outputs; /* collect: what the collected pipeline makes of it; else NULL */
    const char *const *output_digests;
    size_t output_count;
};

/* One job. Everything in it lives until `generate` returns. */
struct jig_generation {
    size_t size;          /* of this struct as the caller has it */
    const char *pipeline; /* full name */
    const char *options;  /* JSON object, keys sorted */
    /* One module, or, for a collect pipeline, all that are collected, by path in byte order. */
    const struct jig_generation_module *modules;
    size_t module_count;
    const char *const *outputs; /* what it has to write, relative to the root */
    size_t output_count;
};

/* What a plugin may call, on the thread it was called on, until it returns. */
struct jig_generation_api {
    size_t size;
    void *handle; /* first argument of everything below */
    /*
     * The content of a file that the job depends on: the module's; what it imports itself, unless
     * its pipeline has `depends: self` or `sees: definitions`; for a collect pipeline the modules'
     * and what was made of them. `path` as it is given here. The text has a NUL after it and lives
     * until `generate` returns. NULL: it cannot be read, and the job fails whatever `generate`
     * returns.
     */
    const char *(*read)(void *handle, const char *path, size_t *length);
    /*
     * Gives output number `output` its content, which is copied. Each output exactly once; nothing
     * is written before `generate` has returned 0. A file that holds the same already is left
     * alone.
     */
    int (*write)(void *handle, size_t output, const void *bytes, size_t length);
    /* Adds to what the job prints; the explanation when it fails. */
    void (*print)(void *handle, const char *text);
};

struct jig_generator {
    uint32_t abi; /* JIG_GENERATOR_ABI */
    size_t size;  /* of this struct as the plugin has it */
    const char *name;
    const char *version; /* part of the recipe: another version makes everything again */
    /* Once, before the first job; the options are of the first pipeline that uses the plugin. May
     * be NULL. 0 is success; *instance is handed to the others. */
    int (*open)(const char *options, void **instance);
    int (*generate)(void *instance, const struct jig_generation *job,
                    const struct jig_generation_api *api);
    void (*close)(void *instance); /* may be NULL */
};

/* The function that a plugin exports, also when it is compiled with -fvisibility=hidden. */
JIG_GENERATOR_EXPORT const struct jig_generator *jig_generator(void);
#define JIG_GENERATOR_SYMBOL "jig_generator"

#ifdef __cplusplus
}
#endif

#endif
