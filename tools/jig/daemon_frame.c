#include "tools/jig/daemon_frame.h"

#include "engine/state/pack.h"

#include <string.h>

static const char magic[4] = "jigd";

/* How many elements each kind has beside kind and build id; -1: there is no such kind. */
static int element_count(enum daemon_kind kind)
{
    switch (kind) {
    case DAEMON_BUILD:
        return 9;
    case DAEMON_STATE:
        return 14;
    case DAEMON_WAITING:
    case DAEMON_DONE:
        return 1;
    case DAEMON_CANCEL:
    case DAEMON_STATUS:
    case DAEMON_STOP:
    case DAEMON_STANDARD:
    case DAEMON_TAKEN:
    case DAEMON_LEAVING:
    case DAEMON_STOPPING:
        return 0;
    }
    return -1;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void write_text(msgpack_packer *writer, const char *text)
{
    pack_write_bin(writer, text, (uint32_t)strlen(text));
}

static void write_list(msgpack_packer *writer, char *const *list)
{
    uint32_t count = 0;
    while (list[count])
        count++;
    msgpack_pack_array(writer, count);
    for (uint32_t i = 0; i < count; i++)
        write_text(writer, list[i]);
}

static void write_order(msgpack_packer *writer, const struct daemon_order *order)
{
    write_list(writer, order->arguments);
    write_list(writer, order->environment);
    msgpack_pack_uint64(writer, order->mask);
    msgpack_pack_uint64(writer, order->pipelines);
    write_text(writer, order->root);
    write_text(writer, order->manifest);
    write_text(writer, order->state_dir);
    write_text(writer, order->here);
    write_text(writer, order->package);
}

/* The numbers of a state, in the order in which they lie in a frame. */
enum { STATE_NUMBERS = 11 };

static void write_state(msgpack_packer *writer, const struct daemon_state *state)
{
    const uint64_t numbers[STATE_NUMBERS] = {
        state->pid,    state->uptime_ms, state->idle_ms, state->idle_limit_ms,
        state->builds, state->waiting,   state->watched, state->polled,
        state->rss,    state->building,  state->warm,
    };
    write_text(writer, state->version);
    write_text(writer, state->root);
    write_text(writer, state->manifest);
    for (int i = 0; i < STATE_NUMBERS; i++)
        msgpack_pack_uint64(writer, numbers[i]);
}

static void write_content(msgpack_packer *writer, const struct daemon_message *message)
{
    switch (message->kind) {
    case DAEMON_BUILD:
        write_order(writer, &message->order);
        break;
    case DAEMON_STATE:
        write_state(writer, &message->state);
        break;
    case DAEMON_WAITING:
    case DAEMON_DONE:
        msgpack_pack_uint64(writer, message->number);
        break;
    default:
        break;
    }
}

void daemon_frame_write(const struct daemon_message *message, struct buf *out)
{
    size_t begin = out->length;
    buf_append(out, magic, sizeof magic);
    buf_append(out, "\0\0\0\0", 4);
    msgpack_packer writer = pack_writer(out);
    msgpack_pack_array(&writer, (size_t)(2 + element_count(message->kind)));
    msgpack_pack_uint64(&writer, message->kind);
    write_text(&writer, message->build);
    write_content(&writer, message);
    pack_store_be((unsigned char *)out->data + begin + sizeof magic,
                  out->length - begin - DAEMON_HEADER_BYTES, 4);
}

/* ---- reading ----------------------------------------------------------------------------- */

enum daemon_frame daemon_frame_find(const void *bytes, size_t length, size_t limit,
                                    size_t *frame_bytes)
{
    size_t seen = length < sizeof magic ? length : sizeof magic;
    if (seen && memcmp(bytes, magic, seen) != 0)
        return DAEMON_FRAME_WRONG;
    if (length < DAEMON_HEADER_BYTES)
        return DAEMON_FRAME_MORE;
    uint64_t content = pack_load_be((const unsigned char *)bytes + sizeof magic, 4);
    if (content > limit)
        return DAEMON_FRAME_WRONG;
    *frame_bytes = DAEMON_HEADER_BYTES + (size_t)content;
    return length < *frame_bytes ? DAEMON_FRAME_MORE : DAEMON_FRAME_WHOLE;
}

/* What a frame is read with, and into. */
struct reading {
    struct pack_reader reader;
    struct arena *arena;
};

static const char *read_text(struct reading *reading)
{
    struct pack_bytes bytes = pack_read_bin(&reading->reader);
    /* A NUL inside would make another text of it. */
    if (!bytes.data || memchr(bytes.data, '\0', bytes.length)) {
        reading->reader.failed = true;
        return "";
    }
    return arena_strndup(reading->arena, bytes.data, bytes.length);
}

static char **read_list(struct reading *reading, uint32_t *count)
{
    *count = pack_read_array(&reading->reader);
    char **list = arena_alloc(reading->arena, ((size_t)*count + 1) * sizeof *list);
    for (uint32_t i = 0; i < *count && !reading->reader.failed; i++)
        list[i] = (char *)read_text(reading);
    return list;
}

static bool read_bool(struct reading *reading)
{
    uint64_t value = pack_read_uint(&reading->reader);
    if (value > 1)
        reading->reader.failed = true;
    return value == 1;
}

static void read_order(struct reading *reading, struct daemon_order *order)
{
    uint32_t variables;
    order->arguments = read_list(reading, &order->argument_count);
    order->environment = read_list(reading, &variables);
    order->mask = pack_read_u32(&reading->reader);
    order->pipelines = read_bool(reading);
    order->root = read_text(reading);
    order->manifest = read_text(reading);
    order->state_dir = read_text(reading);
    order->here = read_text(reading);
    order->package = read_text(reading);
    if (!order->argument_count || order->mask > 0777 || *order->root != '/' || !*order->manifest)
        reading->reader.failed = true;
}

static void read_state(struct reading *reading, struct daemon_state *state)
{
    state->version = read_text(reading);
    state->root = read_text(reading);
    state->manifest = read_text(reading);
    uint64_t *const numbers[] = {
        &state->pid,     &state->uptime_ms, &state->idle_ms, &state->idle_limit_ms, &state->builds,
        &state->waiting, &state->watched,   &state->polled,  &state->rss,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i] = pack_read_uint(&reading->reader);
    state->building = read_bool(reading);
    state->warm = read_bool(reading);
}

static void read_content(struct reading *reading, struct daemon_message *message)
{
    switch (message->kind) {
    case DAEMON_BUILD:
        read_order(reading, &message->order);
        break;
    case DAEMON_STATE:
        read_state(reading, &message->state);
        break;
    case DAEMON_WAITING:
    case DAEMON_DONE:
        message->number = pack_read_uint(&reading->reader);
        break;
    default:
        break;
    }
}

bool daemon_frame_read(const void *frame, size_t length, const char *build, struct arena *arena,
                       struct daemon_message *message)
{
    size_t bytes = 0;
    *message = (struct daemon_message){0};
    if (daemon_frame_find(frame, length, DAEMON_FRAME_LIMIT, &bytes) != DAEMON_FRAME_WHOLE ||
        bytes != length)
        return false;
    struct reading reading = {
        .reader =
            pack_reader((const char *)frame + DAEMON_HEADER_BYTES, length - DAEMON_HEADER_BYTES),
        .arena = arena,
    };
    uint32_t count = pack_read_array(&reading.reader);
    message->kind = (enum daemon_kind)pack_read_u32(&reading.reader);
    message->build = read_text(&reading);
    if (reading.reader.failed)
        return false;
    if (message->kind == DAEMON_BUILD && strcmp(message->build, build) != 0)
        return true;
    int elements = element_count(message->kind);
    if (elements < 0 || count != 2 + (uint32_t)elements)
        return false;
    read_content(&reading, message);
    return pack_is_done(&reading.reader);
}
