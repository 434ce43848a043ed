#include "scheduler_support.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

atomic_uint threads_started;
atomic_bool no_more_threads;

/* The names are the linker's. */
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    if (atomic_load(&no_more_threads))
        return EAGAIN;
    atomic_fetch_add(&threads_started, 1);
    return __real_pthread_create(thread, attributes, run, argument);
}

/* The state letter in /proc/self/task/<tid>/stat, which follows the name in parentheses. */
static char thread_state(const char *tid)
{
    char path[300], text[512];
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", tid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 'X'; /* it has just ended */
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end ? name_end[2] : 'X';
}

static bool others_sleep(void)
{
    bool asleep = true;
    long self = syscall(SYS_gettid);
    DIR *dir = opendir("/proc/self/task");
    if (!dir)
        abort();
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) != self)
            asleep = asleep && thread_state(entry->d_name) != 'R';
    closedir(dir);
    return asleep;
}

void wait_until_others_sleep(void)
{
    while (!others_sleep())
        sched_yield();
}

uint64_t process_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

struct rng rng_from(uint64_t seed)
{
    return (struct rng){(seed + 1) * UINT64_C(0x9e3779b97f4a7c15)};
}

uint64_t rng_next(struct rng *rng)
{
    rng->state ^= rng->state >> 12;
    rng->state ^= rng->state << 25;
    rng->state ^= rng->state >> 27;
    return rng->state * UINT64_C(0x2545f4914f6cdd1d);
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
    return (uint32_t)((rng_next(rng) >> 32) * n >> 32);
}
