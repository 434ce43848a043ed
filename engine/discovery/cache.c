/*
 * The cache: the columns of discovery in one file, mapped and used where they lie. It is a cache
 * only: what does not verify, or makes no sense, is told and left out, and found out again.
 */
#include "engine/discovery/internal.h"

#include "engine/base/io.h"

#include <stdlib.h>

struct header_kind cache_kind(void)
{
    return (struct header_kind){"jig discovery", DISCOVERY_CACHE_VERSION, .is_cache = true};
}

enum { OWN_COLUMNS = CACHE_COLUMNS - TREE_COLUMN_COUNT };

void cache_columns(struct discovery *discovery, struct column out[CACHE_COLUMNS])
{
    struct generation *now = &discovery->now;
    struct facts *facts = &discovery->facts;
    const struct column own[OWN_COLUMNS] = {
        COLUMN("paths", &discovery->paths),
        COLUMN("modules", &now->modules),
        COLUMN("records", &now->records),
        COLUMN("module_facts", &now->facts),
        COLUMN("lenses", &now->lenses),
        COLUMN("text", &facts->text),
        COLUMN("imports", &facts->imports),
        COLUMN("resolved", &discovery->resolved),
        COLUMN("names", &facts->names),
        COLUMN("definitions", &facts->definitions),
        COLUMN("uses", &facts->uses),
        COLUMN("configs", &discovery->configs),
        COLUMN("environment", &discovery->environment),
        COLUMN("garbage", &discovery->garbage),
    };
    memcpy(out, own, sizeof own);
    tree_columns(discovery->tree, out + OWN_COLUMNS);
}

/* ---- soundness ----------------------------------------------------------------------------- */

static bool is_record_sound(const struct file_record *record)
{
    return !(record->flags & ~(uint32_t)FILE_FLAGS);
}

/* The module's resolutions make sense, and are nobody else's: they are rewritten in place. */
static bool are_imports_sound(const struct discovery *discovery, const struct module *module,
                              bool *owned)
{
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        const struct module_import *resolved = &discovery->resolved.data[import];
        bool is_file = resolved->resolution == RESOLUTION_FILE;
        if (owned[import] || resolved->resolution > RESOLUTION_UNRESOLVED ||
            (is_file ? resolved->target >= discovery->now.modules.count
                     : resolved->target != MODULE_NONE))
            return false;
        owned[import] = true;
    }
    return true;
}

static bool is_module_sound(const struct discovery *discovery, module_id id, bool *owned)
{
    const struct generation *now = &discovery->now;
    const struct module *module = &now->modules.data[id];
    const struct facts_span span = module_span(now, id);
    return module->path < discovery->paths.count && module->lens < now->lenses.count &&
           !(module->flags & ~(uint32_t)MODULE_FLAGS) && is_record_sound(&now->records.data[id]) &&
           facts_are_sound(&discovery->facts, &span) && are_imports_sound(discovery, module, owned);
}

static bool are_modules_sound(const struct discovery *discovery)
{
    const struct generation *now = &discovery->now;
    uint32_t count = now->modules.count;
    if (now->records.count != count || now->facts.count != count ||
        discovery->resolved.count != discovery->facts.imports.count)
        return false;
    bool *owned = mem_array(discovery->facts.imports.count, sizeof *owned);
    bool sound = true;
    for (module_id id = 0; id < count && sound; id++)
        sound = is_module_sound(discovery, id, owned);
    free(owned);
    return sound;
}

static bool is_sound(const struct discovery *discovery)
{
    uint32_t paths = discovery->paths.count;
    if (discovery->environment.count != 1 || discovery->garbage.count != 1 ||
        (paths && discovery->paths.data[paths - 1] != '\0'))
        return false;
    for (uint32_t i = 0; i < discovery->configs.count; i++) {
        const struct config_record *config = &discovery->configs.data[i];
        if (config->path >= paths || !is_record_sound(&config->record))
            return false;
    }
    return are_modules_sound(discovery) && tree_is_sound(discovery->tree);
}

/* ---- loading and saving -------------------------------------------------------------------- */

static void tell_ignored(struct discovery *discovery, const char *why)
{
    struct jig_error notice = {0};
    jig_fail(&notice, JIG_ERROR_CORRUPT, "%s: %s; all sources are looked at again",
             discovery->options.cache, why);
    if (discovery->options.notice)
        discovery->options.notice(discovery->options.context, &notice);
    discovery->dirty = true; /* the next load should not find it again */
}

void discovery_load(struct discovery *discovery)
{
    if (!discovery->options.cache)
        return;
    struct column columns[CACHE_COLUMNS];
    struct jig_error error = {0};
    discovery_forget(discovery);
    cache_columns(discovery, columns);
    enum jig_status status = image_map_as(&discovery->image, cache_kind(), discovery->options.cache,
                                          columns, CACHE_COLUMNS, &error);
    if (status)
        tell_ignored(discovery, error.message);
    if (status || !discovery->image.map) {
        discovery_begin_empty(discovery);
    } else if (!is_sound(discovery)) {
        tell_ignored(discovery, "what it says makes no sense");
        discovery_forget(discovery);
        discovery_begin_empty(discovery);
        image_unmap(&discovery->image);
    }
}

enum jig_status discovery_save(struct discovery *discovery, struct jig_error *error)
{
    const char *path = discovery->options.cache;
    if (!path || discovery->options.read_only || !discovery->dirty)
        return JIG_OK;
    /* Folders that only earlier resolutions asked about matter as long as one of these is left. */
    if (discovery->asked_all)
        tree_compact(discovery->tree);
    struct column columns[CACHE_COLUMNS];
    cache_columns(discovery, columns);
    struct buf temporary = {0};
    buf_printf(&temporary, "%s.tmp", path);
    struct image image = {.id = header_fresh_id()};
    int errnum = io_make_parent_dirs(path);
    enum jig_status status =
        errnum ? jig_fail_errno(error, errnum, "cannot make the folder of '%s'", path)
               : image_write_as(&image, cache_kind(), path, buf_cstr(&temporary), columns,
                                CACHE_COLUMNS, error);
    buf_free(&temporary);
    discovery->dirty = status != JIG_OK;
    return status;
}
