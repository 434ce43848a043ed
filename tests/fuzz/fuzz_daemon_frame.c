/*
 * Reads arbitrary bytes as what comes through the daemon's socket: cut into frames, each frame
 * read. What is read must come out the same when it is written and read again, and how the bytes
 * were cut into pieces must not matter.
 */
#include "fuzz.h"

#include "engine/base/memory.h"
#include "tools/jig/daemon_frame.h"

#include <string.h>

static const char build[] = "b";

static void check_text(const char *text)
{
    FUZZ_CHECK(text && strlen(text) < (size_t)DAEMON_FRAME_LIMIT);
}

/* Only what a daemon or a client would look at. */
static bool is_readable(const struct daemon_message *message)
{
    return message->kind != DAEMON_BUILD || strcmp(message->build, build) == 0;
}

static void check_order(const struct daemon_order *order)
{
    uint32_t count = 0;
    while (order->arguments[count])
        check_text(order->arguments[count++]);
    FUZZ_CHECK(count == order->argument_count && count > 0);
    for (char **variable = order->environment; *variable; variable++)
        check_text(*variable);
    check_text(order->state_dir);
    check_text(order->here);
    check_text(order->package);
    FUZZ_CHECK(order->root[0] == '/' && order->manifest[0] && order->mask <= 0777);
}

static void check_message(const struct daemon_message *message)
{
    struct buf once = {0}, twice = {0};
    struct arena arena = {0};
    struct daemon_message again;
    check_text(message->build);
    if (message->kind == DAEMON_BUILD)
        check_order(&message->order);
    daemon_frame_write(message, &once);
    FUZZ_CHECK(daemon_frame_read(once.data, once.length, build, &arena, &again));
    FUZZ_CHECK(again.kind == message->kind && strcmp(again.build, message->build) == 0);
    daemon_frame_write(&again, &twice);
    FUZZ_CHECK(once.length == twice.length && memcmp(once.data, twice.data, once.length) == 0);
    buf_free(&once);
    buf_free(&twice);
    arena_free(&arena);
}

/* The frames that the bytes begin with; returns how many bytes these are. */
static size_t read_all(const char *bytes, size_t length)
{
    size_t at = 0, frame = 0;
    while (daemon_frame_find(bytes + at, length - at, DAEMON_FRAME_LIMIT, &frame) ==
           DAEMON_FRAME_WHOLE) {
        struct arena arena = {0};
        struct daemon_message message;
        FUZZ_CHECK(frame >= DAEMON_HEADER_BYTES && frame <= length - at);
        if (daemon_frame_read(bytes + at, frame, build, &arena, &message) && is_readable(&message))
            check_message(&message);
        arena_free(&arena);
        at += frame;
    }
    return at;
}

/* The same, with the bytes coming one after the other. */
static size_t find_in_pieces(const char *bytes, size_t length)
{
    size_t at = 0;
    for (size_t come = 0; come <= length; come++) {
        size_t frame = 0;
        enum daemon_frame found =
            daemon_frame_find(bytes + at, come - at, DAEMON_FRAME_LIMIT, &frame);
        if (found == DAEMON_FRAME_WRONG)
            break;
        if (found == DAEMON_FRAME_WHOLE)
            at += frame;
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Its own allocation, so that a byte too far is seen. */
    char *bytes = mem_alloc(size + 1);
    if (size)
        memcpy(bytes, data, size);
    char *exact = mem_realloc(bytes, size ? size : 1);
    FUZZ_CHECK(read_all(exact, size) == find_in_pieces(exact, size));
    free(exact);
    return 0;
}
