#include "engine/codegen/plugin.h"

#include "engine/codegen/codegen.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct plugin {
    char *path;
    void *library;                     /* dlopen's handle; NULL: not loaded */
    struct stat loaded;                /* the file as it was then */
    const struct jig_generator *about; /* in the library */
    void *instance;                    /* what `open` gave */
    atomic_uint running;               /* jobs; raised by one thread, lowered by any */
};

/* ---- loading -------------------------------------------------------------------------------- */

/*
 * Whether a file that begins as a program or library of this machine goes as far as its segments
 * say: the dynamic linker maps those of one that was cut short, and dies of touching them. The
 * format is that of the System V ABI (ELF), elf(5).
 */
static bool is_cut_short(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false; /* the linker says why */
    ElfW(Ehdr) header;
    struct stat st;
    bool cut = false;
    if (fstat(fileno(file), &st) == 0 && fread(&header, sizeof header, 1, file) == 1 &&
        memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_phentsize == sizeof(ElfW(Phdr)) &&
        fseeko(file, (off_t)header.e_phoff, SEEK_SET) == 0) {
        ElfW(Phdr) segment;
        for (unsigned i = 0; i < header.e_phnum && !cut; i++)
            cut = fread(&segment, sizeof segment, 1, file) != 1 ||
                  segment.p_offset > (uint64_t)st.st_size ||
                  segment.p_filesz > (uint64_t)st.st_size - segment.p_offset;
    }
    fclose(file);
    return cut;
}

/* The dynamic linker searches for names without a slash elsewhere than here. */
static void *load(const char *path)
{
    struct buf here = {0};
    buf_printf(&here, "%s%s", strchr(path, '/') ? "" : "./", path);
    void *library = dlopen(here.data, RTLD_NOW | RTLD_LOCAL);
    buf_free(&here);
    return library;
}

/* What is wrong with a description, or NULL. Nothing beyond `abi` counts when that is another. */
static const char *find_fault(const struct jig_generator *about)
{
    if (about->size < sizeof *about)
        return "its description is too short";
    if (!about->name || !*about->name)
        return "it has no name";
    if (!about->version || !*about->version)
        return "it has no version";
    if (!about->generate)
        return "it has no generate function";
    return NULL;
}

static enum jig_status describe(void *library, const char *path, const struct jig_generator **about,
                                struct jig_error *error)
{
    const struct jig_generator *(*entry)(void);
    /* POSIX: a pointer from dlsym may be a function's, though C does not convert the two. */
    *(void **)&entry = dlsym(library, JIG_GENERATOR_SYMBOL);
    if (!entry)
        return jig_fail(error, JIG_ERROR_USAGE,
                        "'%s' is not a generator plugin: it does not export " JIG_GENERATOR_SYMBOL,
                        path);
    *about = entry();
    if (!*about)
        return jig_fail(error, JIG_ERROR_USAGE, "plugin '%s' does not describe itself", path);
    if ((*about)->abi != JIG_GENERATOR_ABI)
        return jig_fail(error, JIG_ERROR_USAGE,
                        "plugin '%s' was made for version %u of the plugin interface; this is "
                        "version %u",
                        path, (*about)->abi, JIG_GENERATOR_ABI);
    const char *fault = find_fault(*about);
    if (fault)
        return jig_fail(error, JIG_ERROR_USAGE, "plugin '%s' is not usable: %s", path, fault);
    return JIG_OK;
}

/* Loads and looks at a library; on failure *library is NULL. */
static enum jig_status load_described(const char *path, void **library,
                                      const struct jig_generator **about, struct jig_error *error)
{
    *library = NULL;
    if (is_cut_short(path))
        return jig_fail(error, JIG_ERROR_USAGE, "cannot load plugin '%s': the file is cut short",
                        path);
    *library = load(path);
    if (!*library) {
        const char *reason = dlerror();
        return jig_fail(error, JIG_ERROR_USAGE, "cannot load plugin '%s': %s", path,
                        reason ? reason : "no reason given");
    }
    enum jig_status status = describe(*library, path, about, error);
    if (status) {
        dlclose(*library);
        *library = NULL;
    }
    return status;
}

enum jig_status codegen_plugin_version(const char *path, struct buf *out, struct jig_error *error)
{
    void *library;
    const struct jig_generator *about;
    enum jig_status status = load_described(path, &library, &about, error);
    if (status)
        return status;
    buf_printf(out, "%s %s", about->name, about->version);
    dlclose(library);
    return JIG_OK;
}

/* ---- opening and closing -------------------------------------------------------------------- */

struct plugin *plugin_create(const char *path)
{
    struct plugin *plugin = mem_zalloc(sizeof *plugin);
    plugin->path = mem_strndup(path, strlen(path));
    return plugin;
}

const char *plugin_path(const struct plugin *plugin)
{
    return plugin->path;
}

static void unload(struct plugin *plugin)
{
    if (!plugin->library)
        return;
    if (plugin->about->close)
        plugin->about->close(plugin->instance);
    dlclose(plugin->library);
    plugin->library = NULL;
}

void plugin_destroy(struct plugin *plugin)
{
    unload(plugin);
    free(plugin->path);
    free(plugin);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static enum jig_status load_and_open(struct plugin *plugin, const char *options,
                                     struct jig_error *error)
{
    enum jig_status status = load_described(plugin->path, &plugin->library, &plugin->about, error);
    if (status)
        return status;
    plugin->instance = NULL;
    int result = plugin->about->open ? plugin->about->open(options, &plugin->instance) : 0;
    if (result == 0)
        return JIG_OK;
    dlclose(plugin->library); /* what did not open is not closed */
    plugin->library = NULL;
    return jig_fail(error, JIG_ERROR_USAGE, "plugin '%s' did not open: it returned %d",
                    plugin->path, result);
}

enum jig_status plugin_ready(struct plugin *plugin, const char *options, struct jig_error *error)
{
    struct stat now;
    if (stat(plugin->path, &now) < 0)
        return jig_fail(error, JIG_ERROR_USAGE, "cannot load plugin '%s': %s", plugin->path,
                        strerror(errno));
    if (plugin->library && is_same_file(&plugin->loaded, &now))
        return JIG_OK;
    if (plugin->library && atomic_load_explicit(&plugin->running, memory_order_acquire) > 0)
        return jig_fail(error, JIG_ERROR_USAGE,
                        "plugin '%s' changed while its jobs were running: build again",
                        plugin->path);
    unload(plugin);
    plugin->loaded = now; /* from before loading: a change in between is seen next time */
    return load_and_open(plugin, options, error);
}

/* ---- running -------------------------------------------------------------------------------- */

void plugin_hold(struct plugin *plugin)
{
    atomic_fetch_add_explicit(&plugin->running, 1, memory_order_relaxed);
}

void plugin_release(struct plugin *plugin)
{
    /* Orders what the job did before an unloading that sees no job running. */
    atomic_fetch_sub_explicit(&plugin->running, 1, memory_order_release);
}

static const char *api_read(void *handle, const char *path, size_t *length)
{
    return generation_read(handle, path, length);
}

static int api_write(void *handle, size_t output, const void *bytes, size_t length)
{
    return generation_write(handle, output, bytes, length) ? 0 : -1;
}

static void api_print(void *handle, const char *text)
{
    generation_print(handle, "%s", text);
}

int plugin_generate(struct plugin *plugin, struct generation *generation)
{
    const struct jig_generation_api api = {
        .size = sizeof api,
        .handle = generation,
        .read = api_read,
        .write = api_write,
        .print = api_print,
    };
    int result = plugin->about->generate(plugin->instance, generation->job, &api);
    plugin_release(plugin);
    return result;
}
