#include "engine/run/ready_queue.h"

static bool before(struct ready_job a, struct ready_job b)
{
    return a.weight != b.weight ? a.weight > b.weight : a.job < b.job;
}

void ready_queue_push(struct ready_queue *queue, uint64_t weight, uint32_t job)
{
    struct ready_job added = {weight, job};
    vec_push(&queue->heap, added);
    struct ready_job *heap = queue->heap.data;
    uint32_t hole = queue->heap.count - 1;
    while (hole > 0 && before(added, heap[(hole - 1) / 2])) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = added;
}

bool ready_queue_peek(const struct ready_queue *queue, uint64_t *weight, uint32_t *job)
{
    if (!queue->heap.count)
        return false;
    if (weight)
        *weight = queue->heap.data[0].weight;
    if (job)
        *job = queue->heap.data[0].job;
    return true;
}

bool ready_queue_pop(struct ready_queue *queue, uint64_t *weight, uint32_t *job)
{
    if (!ready_queue_peek(queue, weight, job))
        return false;
    struct ready_job *heap = queue->heap.data;
    uint32_t count = --queue->heap.count;
    struct ready_job moved = heap[count];
    uint32_t hole = 0;
    for (uint32_t child = 1; child < count; child = 2 * hole + 1) {
        if (child + 1 < count && before(heap[child + 1], heap[child]))
            child++;
        if (!before(heap[child], moved))
            break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = moved;
    return true;
}

void ready_queue_free(struct ready_queue *queue)
{
    vec_free(&queue->heap);
}
