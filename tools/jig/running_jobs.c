#include "tools/jig/running_jobs.h"

#include <stdlib.h>

void running_jobs_add(struct running_jobs *running, const struct jig_job_view *job)
{
    bool begins = running->begun < running->slots;
    const struct running_job added = {
        .id = job->id,
        .order = running->came++,
        .begin_ns = begins ? job->start_ns : 0,
        .name = mem_strndup(job->output, strlen(job->output)),
    };
    running->begun += begins;
    vec_push(&running->jobs, added);
}

static struct running_job *first_waiting(struct running_jobs *running)
{
    struct running_job *first = NULL;
    for (uint32_t i = 0; i < running->jobs.count; i++) {
        struct running_job *job = &running->jobs.data[i];
        if (!job->begin_ns && (!first || job->order < first->order))
            first = job;
    }
    return first;
}

static void remove_at(struct running_jobs *running, uint32_t index)
{
    running->begun -= running->jobs.data[index].begin_ns != 0;
    free(running->jobs.data[index].name);
    running->jobs.data[index] = running->jobs.data[--running->jobs.count];
}

void running_jobs_remove(struct running_jobs *running, uint32_t id, uint64_t end_ns)
{
    uint32_t index = 0;
    while (index < running->jobs.count && running->jobs.data[index].id != id)
        index++;
    if (index == running->jobs.count)
        return;
    remove_at(running, index);
    if (running->begun < running->slots && running->begun < running->jobs.count) {
        first_waiting(running)->begin_ns = end_ns;
        running->begun++;
    }
}

void running_jobs_clear(struct running_jobs *running)
{
    while (running->jobs.count)
        remove_at(running, running->jobs.count - 1);
}

void running_jobs_free(struct running_jobs *running)
{
    running_jobs_clear(running);
    vec_free(&running->jobs);
}

uint32_t running_jobs_longest(const struct running_jobs *running, uint64_t now_ns,
                              uint64_t least_ns, const struct running_job **longest, uint32_t count)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < running->jobs.count; i++) {
        const struct running_job *job = &running->jobs.data[i];
        if (!job->begin_ns || now_ns < job->begin_ns || now_ns - job->begin_ns < least_ns)
            continue;
        uint32_t place = found;
        while (place && (longest[place - 1]->begin_ns > job->begin_ns ||
                         (longest[place - 1]->begin_ns == job->begin_ns &&
                          longest[place - 1]->order > job->order)))
            place--;
        if (place == count)
            continue;
        found += found < count;
        for (uint32_t k = found - 1; k > place; k--)
            longest[k] = longest[k - 1];
        longest[place] = job;
    }
    return found;
}
