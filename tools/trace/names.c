#include "tools/trace/parts.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SMALLEST_TABLE = 64 };

void trace_names_init(struct trace_names *names, const struct trace_log *log)
{
    *names = (struct trace_names){.log = log, .mask = SMALLEST_TABLE - 1};
    names->index = mem_array((size_t)log->offsets.count + 1, sizeof *names->index);
    names->table = mem_array(SMALLEST_TABLE, sizeof *names->table);
}

void trace_names_free(struct trace_names *names)
{
    free(names->index);
    free(names->table);
    vec_free(&names->members);
}

/* Where the text is in the table, or the free place where it belongs. */
static uint32_t *find(const struct trace_names *names, const char *text)
{
    uint32_t place = (uint32_t)XXH3_64bits(text, strlen(text)) & names->mask;
    for (;; place = (place + 1) & names->mask) {
        uint32_t *entry = &names->table[place];
        if (!*entry)
            return entry;
        if (strcmp(trace_log_str(names->log, names->members.data[*entry - 1]), text) == 0)
            return entry;
    }
}

/* At most half of the table is ever in use. */
static void grow(struct trace_names *names)
{
    free(names->table);
    names->mask = names->mask * 2 + 1;
    names->table = mem_array((size_t)names->mask + 1, sizeof *names->table);
    for (uint32_t i = 0; i < names->members.count; i++)
        *find(names, trace_log_str(names->log, names->members.data[i])) = i + 1;
}

uint32_t trace_names_index(struct trace_names *names, trace_text text)
{
    if (names->index[text])
        return names->index[text] - 1;
    if (names->members.count > names->mask / 2)
        grow(names);
    uint32_t *entry = find(names, trace_log_str(names->log, text));
    if (!*entry) {
        vec_push(&names->members, text);
        *entry = names->members.count;
    }
    names->index[text] = *entry;
    return *entry - 1;
}
