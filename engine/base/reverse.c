#include "engine/base/reverse.h"

#include <stdlib.h>

enum { NEVER_WORN = 4096 };

void reverse_free(struct reverse *reverse)
{
    free(reverse->offsets);
    free(reverse->jobs);
    vec_free(&reverse->heads);
    vec_free(&reverse->links);
    vec_free(&reverse->found);
    *reverse = (struct reverse){0};
}

/* `last` keeps a job that names a file twice from being counted twice. */
void reverse_build(struct reverse *reverse, uint32_t files, uint32_t jobs, reverse_named named,
                   const void *context)
{
    reverse_free(reverse);
    uint32_t *offsets = mem_array((size_t)files + 2, sizeof *offsets);
    uint32_t *last = mem_alloc(files * sizeof *last);
    if (files)
        memset(last, 0xff, files * sizeof *last);
    for (uint32_t job = 0; job < jobs; job++) {
        uint32_t count;
        const uint32_t *file = named(context, job, &count);
        for (uint32_t i = 0; i < count; i++) {
            offsets[file[i] + 2] += last[file[i]] != job;
            last[file[i]] = job;
        }
    }
    if (files)
        memset(last, 0xff, files * sizeof *last);
    for (uint32_t i = 2; i < files + 2; i++)
        offsets[i] += offsets[i - 1];
    uint32_t *sorted = mem_array(offsets[files + 1], sizeof *sorted);
    for (uint32_t job = 0; job < jobs; job++) {
        uint32_t count;
        const uint32_t *file = named(context, job, &count);
        for (uint32_t i = 0; i < count; i++) {
            if (last[file[i]] != job)
                sorted[offsets[file[i] + 1]++] = job;
            last[file[i]] = job;
        }
    }
    free(last);
    reverse->offsets = offsets;
    reverse->jobs = sorted;
    reverse->files = files;
}

static const uint32_t *built(const struct reverse *reverse, uint32_t file, uint32_t *count)
{
    *count = 0;
    if (file >= reverse->files)
        return reverse->jobs;
    *count = reverse->offsets[file + 1] - reverse->offsets[file];
    return reverse->jobs + reverse->offsets[file];
}

static bool was_built(const struct reverse *reverse, uint32_t file, uint32_t job)
{
    uint32_t count;
    const uint32_t *jobs = built(reverse, file, &count);
    uint32_t low = 0;
    for (uint32_t high = count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (jobs[middle] < job)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && jobs[low] == job;
}

static uint32_t first_link(const struct reverse *reverse, uint32_t file)
{
    return file < reverse->heads.count ? reverse->heads.data[file] : 0;
}

void reverse_add(struct reverse *reverse, uint32_t file, uint32_t job)
{
    if (was_built(reverse, file, job))
        return;
    for (uint32_t at = first_link(reverse, file); at; at = reverse->links.data[at - 1].next) {
        if (reverse->links.data[at - 1].job == job)
            return;
    }
    if (file >= reverse->heads.count)
        vec_extend(&reverse->heads, file + 1 - reverse->heads.count);
    vec_push(&reverse->links, ((struct reverse_link){job, reverse->heads.data[file]}));
    reverse->heads.data[file] = reverse->links.count;
}

bool reverse_is_worn(const struct reverse *reverse)
{
    uint32_t edges = reverse->offsets ? reverse->offsets[reverse->files] : 0;
    return reverse->links.count > NEVER_WORN && reverse->links.count > edges / 2;
}

const uint32_t *reverse_find(struct reverse *reverse, uint32_t file, uint32_t *count)
{
    const uint32_t *jobs = built(reverse, file, count);
    uint32_t at = first_link(reverse, file);
    if (!at)
        return jobs;
    reverse->found.count = 0;
    for (uint32_t i = 0; i < *count; i++)
        vec_push(&reverse->found, jobs[i]);
    for (; at; at = reverse->links.data[at - 1].next)
        vec_push(&reverse->found, reverse->links.data[at - 1].job);
    *count = reverse->found.count;
    return reverse->found.data;
}
