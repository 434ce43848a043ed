#include "tools/trace/chrome_event.h"

#include "tools/jig/path_json.h"

void chrome_begin(struct chrome_writer *w, const char *phase, uint64_t tid)
{
    fprintf(w->file, "%s{\"ph\":\"%s\",\"pid\":1,\"tid\":%" PRIu64 ",", w->comma ? ",\n" : "\n",
            phase, tid);
    w->comma = true;
}

void chrome_time(struct chrome_writer *w, const char *key, uint64_t ns)
{
    fprintf(w->file, "\"%s\":%" PRIu64 ".%03u,", key, ns / 1000, (unsigned)(ns % 1000));
}

void chrome_text(struct chrome_writer *w, const char *key, const char *text)
{
    json_t *string = path_json(text);
    fprintf(w->file, "\"%s\":", key);
    json_dumpf(string, w->file, JSON_ENCODE_ANY);
    json_decref(string);
}

void chrome_thread(struct chrome_writer *w, uint64_t tid, const char *kind, uint64_t number)
{
    chrome_begin(w, "M", tid);
    fprintf(w->file, "\"name\":\"thread_name\",\"args\":{\"name\":\"%s %" PRIu64 "\"}}", kind,
            number);
    chrome_begin(w, "M", tid);
    fprintf(w->file, "\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%" PRIu64 "}}", tid);
}
