/*
 * The text of the persistent worker protocol: Bazel's, in its JSON form, one object a line
 * (https://bazel.build/remote/creating, WorkRequest and WorkResponse of worker_protocol.proto).
 *
 * A request is encoded in two steps, because its number is known only when it is sent, and another
 * one when it is sent again. What has its default value in a message may be left out of it: so are
 * `sandboxDir` (there is no sandbox) and `cancel` here, and anything may be in a reply. A reply may
 * name its fields in the style of JSON or of proto, and have fields that are not known.
 */
#ifndef CODEGEN_WORKER_PROTOCOL_H
#define CODEGEN_WORKER_PROTOCOL_H

#include "engine/base/buf.h"
#include "engine/codegen/codegen.h"

/* A longer reply is an error. */
#define WORKER_REPLY_LIMIT (64u << 20)

/* ---- requests ------------------------------------------------------------------------------- */

/*
 * Appends a request up to its number. `arguments` ends with NULL. False when something in it is no
 * UTF-8, which JSON cannot carry; *out is then of no use.
 */
bool worker_request_begin(struct buf *out, const char *const *arguments,
                          const struct codegen_input *inputs, uint32_t input_count);
/* Appends the rest of it: 0 for a worker that does one at a time, else its number. */
void worker_request_end(struct buf *out, uint32_t id);
/* Appends the request to give request `id` up. */
void worker_cancel(struct buf *out, uint32_t id);

/* ---- replies -------------------------------------------------------------------------------- */

struct worker_reply {
    int exit_code;
    uint32_t id;
    bool was_cancelled;
    const char *output; /* may hold NULs */
    size_t output_length;
    void *document; /* what `output` points into */
};

/* Reads one line. JIG_ERROR_SYNTAX says what is wrong with it. Free it in either case. */
enum jig_status worker_reply_read(struct worker_reply *reply, const char *line, size_t length,
                                  struct jig_error *error);
void worker_reply_free(struct worker_reply *reply);

/* ---- lines ---------------------------------------------------------------------------------- */

/* Cuts what a worker writes into lines, however it arrives. Zero-initialised is empty. */
struct worker_lines {
    struct buf text;
    size_t taken;    /* bytes that were returned as lines, or are blank */
    size_t searched; /* bytes known to hold no line break after `taken` */
};

void worker_lines_add(struct worker_lines *lines, const char *bytes, size_t length);
/*
 * The next complete line that is not blank, without its end; valid until the next call. False when
 * there is none. All together O(bytes).
 */
bool worker_lines_next(struct worker_lines *lines, const char **line, size_t *length);
/* Bytes of a line that has not ended, but has begun: blanks before it do not count. To be asked
 * when worker_lines_next was false. */
size_t worker_lines_rest(const struct worker_lines *lines);
void worker_lines_free(struct worker_lines *lines);

#endif
