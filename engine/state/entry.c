/*
 * What is in a journal's records: entries, written from a graph and a history and applied to them.
 * Each is an array that begins with its kind.
 */
#include "engine/state/journal.h"

enum entry_kind {
    ENTRY_PATH = 1,       /* gives a path the next number */
    ENTRY_FILE = 2,       /* a file's record */
    ENTRY_JOB = 3,        /* a job's record */
    ENTRY_WITHDRAWAL = 4, /* a job has no record any more */
};

/* Elements of each entry's array, the kind included. */
enum { PATH_FIELDS = 3, FILE_FIELDS = 11, JOB_FIELDS = 11, WITHDRAWAL_FIELDS = 2 };

enum { DIGEST_BYTES = 16 };

/* ---- numbers for paths ------------------------------------------------------------------ */

static uint32_t next_number(struct journal *journal, file_id file, uint64_t path_hash)
{
    uint32_t number = journal->paths.count;
    vec_push(&journal->paths, path_hash);
    while (journal->numbers.count <= file)
        vec_push(&journal->numbers, UINT32_MAX);
    journal->numbers.data[file] = number;
    return number;
}

/* ---- writing ---------------------------------------------------------------------------- */

static msgpack_packer begin_entry(struct journal *journal, enum entry_kind kind, uint32_t fields)
{
    if (!journal->entries++) {
        const size_t before = JOURNAL_FRAME_BYTES + JOURNAL_ENTRIES_BYTES;
        buf_reserve(&journal->record, before); /* journal_commit fills it in */
        journal->record.length = before;
    }
    msgpack_packer writer = pack_writer(&journal->record);
    msgpack_pack_array(&writer, fields);
    msgpack_pack_uint32(&writer, kind);
    return writer;
}

/* Big-endian, high half first: the canonical form, as xxh128sum prints it. */
static void write_digest(msgpack_packer *writer, struct digest digest)
{
    unsigned char bytes[DIGEST_BYTES];
    pack_store_be(bytes, digest.high, 8);
    pack_store_be(bytes + 8, digest.low, 8);
    pack_write_bin(writer, bytes, sizeof bytes);
}

/*
 * The number of a file's path, which is put first when it has none yet. Numbers are remembered by
 * file id, but ids belong to a graph and the caller's may have become another one: so the hash
 * of the path must agree. At worst a path is written twice.
 */
static uint32_t number_of(struct journal *journal, const struct graph *graph, file_id file)
{
    str_id str = graph->files.data[file].path;
    const char *path = graph_str(graph, str);
    uint32_t length = graph_str_length(graph, str);
    uint64_t hash = XXH3_64bits(path, length);
    if (file < journal->numbers.count) {
        uint32_t number = journal->numbers.data[file];
        if (number < journal->paths.count && journal->paths.data[number] == hash)
            return number;
    }
    msgpack_packer writer = begin_entry(journal, ENTRY_PATH, PATH_FIELDS);
    pack_write_bin(&writer, path, length);
    msgpack_pack_uint32(&writer, file);
    return next_number(journal, file, hash);
}

/* Makes sure that all of `files` have numbers, and leaves these in journal->mentions. */
static void mention(struct journal *journal, const struct graph *graph, const file_id *files,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        vec_push(&journal->mentions, number_of(journal, graph, files[i]));
}

static void write_numbers(msgpack_packer *writer, const uint32_t *numbers, uint32_t count)
{
    msgpack_pack_array(writer, count);
    for (uint32_t i = 0; i < count; i++)
        msgpack_pack_uint32(writer, numbers[i]);
}

void journal_put_job(struct journal *journal, const struct graph *graph,
                     const struct history *history, job_id id)
{
    const struct graph_job *job = &graph->jobs.data[id];
    const struct job_record *record = &history->jobs.data[id];
    journal->mentions.count = 0;
    mention(journal, graph, graph_outputs(graph, job), job->out_count);
    mention(journal, graph, history_deps(history, record), record->deps_count);

    const uint32_t *numbers = journal->mentions.data;
    msgpack_packer writer = begin_entry(journal, ENTRY_JOB, JOB_FIELDS);
    write_numbers(&writer, numbers, job->out_count);
    msgpack_pack_uint64(&writer, record->tick);
    msgpack_pack_uint32(&writer, record->cost.duration_ms);
    msgpack_pack_uint32(&writer, record->cost.processor_ms);
    msgpack_pack_uint32(&writer, record->cost.peak_kib);
    msgpack_pack_uint32(&writer, record->flags);
    write_digest(&writer, record->recipe);
    write_digest(&writer, record->inputs);
    write_digest(&writer, record->outputs);
    write_numbers(&writer, numbers + job->out_count, record->deps_count);
}

void journal_put_withdrawal(struct journal *journal, const struct graph *graph, job_id id)
{
    uint32_t key = number_of(journal, graph, graph_job_key(graph, &graph->jobs.data[id]));
    msgpack_packer writer = begin_entry(journal, ENTRY_WITHDRAWAL, WITHDRAWAL_FIELDS);
    msgpack_pack_uint32(&writer, key);
}

void journal_put_file(struct journal *journal, const struct graph *graph,
                      const struct history *history, file_id file)
{
    const struct file_record *record = &history->files.data[file];
    if (!(record->flags & FILE_KNOWN))
        return;
    uint32_t number = number_of(journal, graph, file);
    msgpack_packer writer = begin_entry(journal, ENTRY_FILE, FILE_FIELDS);
    msgpack_pack_uint32(&writer, number);
    msgpack_pack_uint64(&writer, record->size);
    msgpack_pack_int64(&writer, record->mtime_ns);
    msgpack_pack_int64(&writer, record->ctime_ns);
    msgpack_pack_uint64(&writer, record->inode);
    msgpack_pack_uint64(&writer, record->device);
    msgpack_pack_uint32(&writer, record->mode);
    msgpack_pack_uint32(&writer, record->flags);
    write_digest(&writer, record->digest);
    msgpack_pack_uint64(&writer, record->changed_tick);
}

/* ---- applying --------------------------------------------------------------------------- */

static struct digest read_digest(struct pack_reader *reader)
{
    struct pack_bytes bytes = pack_read_bin(reader);
    if (bytes.length != DIGEST_BYTES) {
        reader->failed = true;
        return (struct digest){0};
    }
    const unsigned char *from = (const unsigned char *)bytes.data;
    return (struct digest){.high = pack_load_be(from, 8), .low = pack_load_be(from + 8, 8)};
}

/* A tick; the history's clock never lags behind one. */
static uint64_t read_tick(struct replay *replay, struct pack_reader *reader)
{
    uint64_t tick = pack_read_uint(reader);
    if (tick > HISTORY_LAST_TICK) {
        reader->failed = true;
        return 0;
    }
    uint64_t *clock = &replay->history->clock.data[0];
    *clock = *clock > tick ? *clock : tick;
    return tick;
}

static uint32_t read_flags(struct pack_reader *reader, uint32_t known)
{
    uint32_t flags = pack_read_u32(reader);
    if (flags & ~known)
        reader->failed = true;
    return flags;
}

/* A file by its number. */
static file_id read_file_id(const struct replay *replay, struct pack_reader *reader)
{
    uint32_t number = pack_read_u32(reader);
    if (reader->failed || number >= replay->files.count) {
        reader->failed = true;
        return GRAPH_NONE;
    }
    return replay->files.data[number];
}

static bool has_path(const struct graph *graph, file_id file, struct pack_bytes path)
{
    str_id str = graph->files.data[file].path;
    return graph_str_length(graph, str) == path.length &&
           memcmp(graph_str(graph, str), path.data, path.length) == 0;
}

/*
 * The hint is the id that the file had in the writer's graph. Mostly that is this graph too, and
 * then no path has to be looked up: the lookup table of a large graph is worth not building.
 */
static void apply_path(struct replay *replay, struct pack_reader *reader)
{
    struct pack_bytes path = pack_read_bin(reader);
    uint32_t hint = pack_read_u32(reader);
    if (reader->failed || path.length == 0 || memchr(path.data, '\0', path.length)) {
        reader->failed = true;
        return;
    }
    struct graph *graph = replay->graph;
    file_id file = hint;
    if (hint >= graph->files.count || !has_path(graph, hint, path)) {
        uint32_t known = graph->files.count;
        file = graph_add_file(graph, path.data, path.length);
        if (file == known) {
            graph->files.data[file].flags |= GRAPH_FILE_DISCOVERED;
            history_fit(replay->history, graph);
        }
    }
    vec_push(&replay->files, file);
    next_number(replay->journal, file, XXH3_64bits(path.data, path.length));
}

static void apply_file(struct replay *replay, struct pack_reader *reader)
{
    struct file_record record;
    file_id file = read_file_id(replay, reader);
    record.size = pack_read_uint(reader);
    record.mtime_ns = pack_read_int(reader);
    record.ctime_ns = pack_read_int(reader);
    record.inode = pack_read_uint(reader);
    record.device = pack_read_uint(reader);
    record.mode = pack_read_u32(reader);
    record.flags = read_flags(reader, FILE_FLAGS);
    record.digest = read_digest(reader);
    record.changed_tick = read_tick(replay, reader);
    if (!reader->failed)
        replay->history->files.data[file] = record;
}

/* Where the orphan with key output `key` is noted; 0 there: none is. */
static uint32_t *orphan_slot(struct replay *replay, file_id key)
{
    uint32_t known = replay->orphan_of.count;
    const struct history *history = replay->history;
    if (known <= key) {
        vec_extend(&replay->orphan_of, replay->graph->files.count - known);
        for (uint32_t i = 0; i < history->orphans.count && known == 0; i++) {
            const struct orphan *orphan = &history->orphans.data[i];
            replay->orphan_of.data[history->deps.data[orphan->outs_begin]] = i + 1;
        }
    }
    return &replay->orphan_of.data[key];
}

static void keep_orphan(struct replay *replay, const struct job_record *record)
{
    struct history *history = replay->history;
    uint32_t *slot = orphan_slot(replay, replay->outs.data[0]);
    struct orphan orphan =
        history_make_orphan(history, record, replay->outs.data, replay->outs.count,
                            replay->deps.data, replay->deps.count);
    if (*slot) {
        history->orphans.data[*slot - 1] = orphan;
    } else {
        vec_push(&history->orphans, orphan);
        *slot = history->orphans.count;
    }
}

/* The last orphan takes the place of the dropped one. */
static void drop_orphan(struct replay *replay, file_id key)
{
    struct history *history = replay->history;
    uint32_t place = *orphan_slot(replay, key);
    if (!place)
        return;
    struct orphan last = history->orphans.data[--history->orphans.count];
    history->orphans.data[place - 1] = last;
    *orphan_slot(replay, history->deps.data[last.outs_begin]) = place;
    *orphan_slot(replay, key) = 0;
}

static void read_file_ids(struct replay *replay, struct pack_reader *reader, struct file_list *out)
{
    out->count = 0;
    for (uint32_t left = pack_read_array(reader); left > 0; left--)
        vec_push(out, read_file_id(replay, reader));
}

static void apply_job(struct replay *replay, struct pack_reader *reader)
{
    struct job_record record = {0};
    read_file_ids(replay, reader, &replay->outs);
    record.tick = read_tick(replay, reader);
    record.cost.duration_ms = pack_read_u32(reader);
    record.cost.processor_ms = pack_read_u32(reader);
    record.cost.peak_kib = pack_read_u32(reader);
    record.flags = read_flags(reader, JOB_FLAGS);
    record.recipe = read_digest(reader);
    record.inputs = read_digest(reader);
    record.outputs = read_digest(reader);
    read_file_ids(replay, reader, &replay->deps);
    if (reader->failed || replay->outs.count == 0) {
        reader->failed = true;
        return;
    }
    job_id job = history_job_of_key(replay->graph, replay->outs.data[0]);
    if (job == GRAPH_NONE)
        keep_orphan(replay, &record);
    else
        history_set_job(replay->history, job, &record, replay->deps.data, replay->deps.count);
}

static void apply_withdrawal(struct replay *replay, struct pack_reader *reader)
{
    file_id key = read_file_id(replay, reader);
    if (reader->failed)
        return;
    job_id job = history_job_of_key(replay->graph, key);
    if (job == GRAPH_NONE)
        drop_orphan(replay, key);
    else
        replay->history->jobs.data[job] = (struct job_record){0};
}

static void apply_entry(struct replay *replay, struct pack_reader *reader)
{
    uint32_t fields = pack_read_array(reader);
    uint32_t kind = pack_read_u32(reader);
    if (kind == ENTRY_PATH && fields == PATH_FIELDS)
        apply_path(replay, reader);
    else if (kind == ENTRY_FILE && fields == FILE_FIELDS)
        apply_file(replay, reader);
    else if (kind == ENTRY_JOB && fields == JOB_FIELDS)
        apply_job(replay, reader);
    else if (kind == ENTRY_WITHDRAWAL && fields == WITHDRAWAL_FIELDS)
        apply_withdrawal(replay, reader);
    else
        reader->failed = true;
}

bool journal_apply(struct replay *replay, struct pack_reader *entries)
{
    for (uint32_t left = pack_read_array(entries); left > 0 && !entries->failed; left--)
        apply_entry(replay, entries);
    return pack_is_done(entries);
}
