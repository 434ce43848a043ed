/*
 * Reading modules: stat each, and where its facts do not stand, digest and scan the same bytes on
 * the same worker. Neighbours in the list mostly share a folder, which is then opened once.
 */
#include "engine/discovery/internal.h"

#include "engine/base/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    GRAIN = 64,            /* modules a worker takes at a time */
    WORTH_A_FOLDER_FD = 3, /* opening and closing a folder costs about two path walks */
    /* Nobody writes a longer source by hand; one that is generated is digested and not scanned. */
    LONGEST_SCANNED = 64 * 1024 * 1024,
};

/* One worker's results, on cache lines of its own. */
struct reader {
    _Alignas(64) struct facts facts;
    struct fingerprint_reading content;
    struct fingerprint_counts counts;
    VEC(struct reading) list;
    VEC(module_id) too_long;
    uint64_t scanned_bytes;
    uint64_t scanned;
    uint64_t facts_hit;
    bool dirty; /* some record is not what it was */
};

struct read_pass {
    struct discovery *discovery;
    const module_id *ids;
    struct reader *readers; /* [worker] */
};

static void scan_content(struct read_pass *pass, struct reader *reader, uint32_t worker,
                         module_id id)
{
    struct discovery *discovery = pass->discovery;
    const struct lens *lens = &discovery->lenses.lenses[discovery->now.modules.data[id].lens];
    struct facts_span mark = facts_mark(&reader->facts);
    scanner_scan(lens->scanner, module_path(discovery, id), reader->content.bytes.data,
                 reader->content.bytes.length, &reader->facts);
    reader->scanned++;
    reader->scanned_bytes += reader->content.bytes.length;
    vec_push(&reader->list, ((struct reading){.module = id,
                                              .worker = worker,
                                              .span = facts_since(&reader->facts, mark),
                                              .of = discovery->now.records.data[id].digest,
                                              .known = true}));
}

/* A module without facts: an empty reading replaces those it had. */
static void drop_facts(struct read_pass *pass, struct reader *reader, uint32_t worker, module_id id,
                       bool readable)
{
    struct reading reading = {.module = id, .worker = worker, .known = readable};
    if (readable)
        reading.of = pass->discovery->now.records.data[id].digest;
    vec_push(&reader->list, reading);
}

/* Fingerprints a module. Whether it was found to be something else than its record says. */
static bool look_at(struct read_pass *pass, struct reader *reader, int dirfd, const char *name,
                    module_id id, int *errnum)
{
    struct discovery *discovery = pass->discovery;
    struct module *module = &discovery->now.modules.data[id];
    struct file_record *record = &discovery->now.records.data[id];
    bool scans = discovery->lenses.lenses[module->lens].kind != SCANNER_NONE;
    const struct file_record before = *record;
    /* To see what is there though the times say nothing new. */
    if (!(record->flags & FILE_MISSING) && !discovery->now.facts.data[id].known)
        record->flags |= FILE_RACY;
    reader->content.limit = scans ? LONGEST_SCANNED : 0;
    uint64_t hits = reader->counts.hits;
    *errnum = fingerprint_read_file(dirfd, name, module->flags & MODULE_MADE,
                                    discovery->options.clock, discovery->environment.data->tick,
                                    record, &reader->content, &reader->counts);
    reader->dirty |= memcmp(&before, record, sizeof before) != 0;
    return reader->counts.hits == hits;
}

static void read_module(struct read_pass *pass, struct reader *reader, uint32_t worker, int dirfd,
                        const char *name, module_id id)
{
    struct discovery *discovery = pass->discovery;
    int errnum;
    if (!look_at(pass, reader, dirfd, name, id, &errnum)) {
        reader->facts_hit += discovery->now.facts.data[id].known;
        return;
    }
    struct module *module = &discovery->now.modules.data[id];
    struct module_facts *facts = &discovery->now.facts.data[id];
    const struct file_record *record = &discovery->now.records.data[id];
    bool scans = discovery->lenses.lenses[module->lens].kind != SCANNER_NONE;
    module->flags &= ~(uint32_t)(MODULE_MISSING | MODULE_UNREADABLE);
    if (record->flags & FILE_MISSING)
        module->flags |= MODULE_MISSING;
    else if (errnum || reader->content.outcome == READING_NONE)
        module->flags |= MODULE_UNREADABLE;

    bool readable = !(module->flags & (MODULE_MISSING | MODULE_UNREADABLE));
    if (readable && facts->known && digest_equal(facts->of, record->digest)) {
        reader->facts_hit++;
    } else if (readable && scans && reader->content.outcome == READING_KEPT) {
        scan_content(pass, reader, worker, id);
    } else {
        drop_facts(pass, reader, worker, id, readable);
        if (readable && scans)
            vec_push(&reader->too_long, id);
    }
}

/* The modules from `at` on, up to `end`, that lie in the same folder as that at `at`. */
static uint32_t same_folder(const struct read_pass *pass, uint32_t at, uint32_t end, size_t length)
{
    const char *path = module_path(pass->discovery, pass->ids[at]);
    uint32_t count = 1;
    for (; at + count < end; count++) {
        const char *other = module_path(pass->discovery, pass->ids[at + count]);
        if (strncmp(path, other, length) != 0 || other[length] != '/' ||
            strchr(other + length + 1, '/'))
            break;
    }
    return count;
}

/* Reads `count` modules of one folder, whose path has `length` bytes. */
static void read_folder(struct read_pass *pass, struct reader *reader, uint32_t worker,
                        uint32_t begin, uint32_t count, size_t length)
{
    int dirfd = AT_FDCWD;
    size_t skip = 0; /* bytes of each path that the descriptor stands for */
    if (length && count >= WORTH_A_FOLDER_FD) {
        char *folder = mem_strndup(module_path(pass->discovery, pass->ids[begin]), length);
        int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        free(folder);
        if (fd >= 0) {
            dirfd = fd;
            skip = length + 1;
        }
    }
    for (uint32_t i = begin; i < begin + count; i++) {
        module_id id = pass->ids[i];
        read_module(pass, reader, worker, dirfd, module_path(pass->discovery, id) + skip, id);
    }
    if (dirfd != AT_FDCWD)
        close(dirfd);
}

static void read_range(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct read_pass *pass = context;
    while (begin < end) {
        const char *path = module_path(pass->discovery, pass->ids[begin]);
        size_t length = path_dir_length(path, strlen(path));
        bool is_bare = length == 0 || path[length] != '/'; /* "x", "/x" */
        uint32_t count = is_bare ? 1 : same_folder(pass, begin, end, length);
        read_folder(pass, &pass->readers[worker], worker, begin, count, is_bare ? 0 : length);
        begin += count;
    }
}

void discovery_add_counts(struct discovery *discovery, const struct fingerprint_counts *counts)
{
    struct fingerprint_counts *files = &discovery->counts.files;
    files->stats += counts->stats;
    files->hits += counts->hits;
    files->misses += counts->misses;
    files->hashed += counts->hashed;
    files->hashed_bytes += counts->hashed_bytes;
    files->changed += counts->changed;
    discovery->counts.opened += counts->hashed;
}

static void add_counts(struct discovery *discovery, const struct reader *reader)
{
    discovery_add_counts(discovery, &reader->counts);
    discovery->counts.scanned += reader->scanned;
    discovery->counts.scanned_bytes += reader->scanned_bytes;
    discovery->counts.facts_hit += reader->facts_hit;
    discovery->dirty |= reader->dirty;
}

static int by_module(const void *a, const void *b)
{
    module_id one = ((const struct reading *)a)->module;
    module_id other = ((const struct reading *)b)->module;
    return (one > other) - (one < other);
}

static int by_id(const void *a, const void *b)
{
    module_id one = *(const module_id *)a, other = *(const module_id *)b;
    return (one > other) - (one < other);
}

static void tell_too_long(struct discovery *discovery, struct reader *readers, uint32_t workers)
{
    VEC(module_id) ids = {0};
    for (uint32_t w = 0; w < workers; w++)
        for (uint32_t i = 0; i < readers[w].too_long.count; i++)
            vec_push(&ids, readers[w].too_long.data[i]);
    if (ids.count)
        qsort(ids.data, ids.count, sizeof *ids.data, by_id);
    for (uint32_t i = 0; i < ids.count && discovery->options.notice; i++) {
        struct jig_error notice = {0};
        jig_fail(&notice, JIG_ERROR_LIMIT,
                 "'%s' has more than %d MiB: its imports are not looked at",
                 module_path(discovery, ids.data[i]), LONGEST_SCANNED / (1024 * 1024));
        discovery->options.notice(discovery->options.context, &notice);
    }
    vec_free(&ids);
}

/* `#include MACRO`; not what lacks its closing quote. */
static bool is_computed_include(const struct facts *facts, const struct fact_import *import)
{
    return import->kind == IMPORT_COMPUTED && !strchr("\"<", *facts_text(facts, import->specifier));
}

static void tell_computed_include(struct discovery *discovery, module_id id,
                                  const struct facts *facts, const struct fact_import *import)
{
    struct jig_error notice = {0};
    jig_fail(&notice, JIG_ERROR_MANIFEST,
             "which file `#include %s` means is not known: a change of it will not be noticed",
             facts_text(facts, import->specifier));
    snprintf(notice.file, sizeof notice.file, "%s", module_path(discovery, id));
    notice.line = import->line;
    strcpy(notice.advice, "include what it may mean by name as well; inside `#if 0` will do");
    discovery->options.notice(discovery->options.context, &notice);
}

/* Whether the file is a module for a lens before this one's too, which tells the same. */
static bool is_told_by_another(const struct discovery *discovery, module_id id)
{
    for (uint32_t lens = 0; lens < discovery->now.modules.data[id].lens; lens++)
        if (discovery->lenses.lenses[lens].kind == SCANNER_C &&
            discovery_find(discovery, module_path(discovery, id), lens) != MODULE_NONE)
            return true;
    return false;
}

/*
 * Tells the first include of each file that cannot be followed. Only of C: in JavaScript, computed
 * imports are common, and seldom of sources.
 */
static void tell_computed(struct discovery *discovery, const struct readings *readings)
{
    for (uint32_t i = 0; i < readings->list.count && discovery->options.notice; i++) {
        const struct reading *reading = &readings->list.data[i];
        const struct module *module = &discovery->now.modules.data[reading->module];
        if (discovery->lenses.lenses[module->lens].kind != SCANNER_C)
            continue;
        const struct facts *facts = &readings->scratch[reading->worker];
        struct span imports = reading->span.imports;
        uint32_t at = imports.begin, end = imports.begin + imports.count;
        while (at < end && !is_computed_include(facts, &facts->imports.data[at]))
            at++;
        if (at < end && !is_told_by_another(discovery, reading->module))
            tell_computed_include(discovery, reading->module, facts, &facts->imports.data[at]);
    }
}

void read_modules(struct pass *outer, const module_id *ids, uint32_t count, struct readings *out)
{
    struct discovery *discovery = outer->discovery;
    uint32_t workers = jig_pool_threads(discovery->options.pool);
    struct read_pass pass = {.discovery = discovery, .ids = ids};
    pass.readers = aligned_alloc(_Alignof(struct reader), workers * sizeof *pass.readers);
    if (!pass.readers)
        mem_exhausted(workers * sizeof *pass.readers);
    memset(pass.readers, 0, workers * sizeof *pass.readers);
    jig_pool_for(discovery->options.pool, count, GRAIN, read_range, &pass);

    *out = (struct readings){.workers = workers};
    out->scratch = mem_array(workers, sizeof *out->scratch);
    tell_too_long(discovery, pass.readers, workers);
    for (uint32_t w = 0; w < workers; w++) {
        struct reader *reader = &pass.readers[w];
        add_counts(discovery, reader);
        out->scratch[w] = reader->facts;
        for (uint32_t i = 0; i < reader->list.count; i++)
            vec_push(&out->list, reader->list.data[i]);
        vec_free(&reader->list);
        vec_free(&reader->too_long);
        buf_free(&reader->content.bytes);
    }
    free(pass.readers);
    if (out->list.count)
        qsort(out->list.data, out->list.count, sizeof *out->list.data, by_module);
    tell_computed(discovery, out);
}
