#include "engine/discovery/scanner/facts.h"

void facts_clear(struct facts *facts)
{
    facts->text.count = 0;
    facts->imports.count = 0;
    facts->names.count = 0;
    facts->definitions.count = 0;
    facts->uses.count = 0;
}

void facts_free(struct facts *facts)
{
    vec_free(&facts->text);
    vec_free(&facts->imports);
    vec_free(&facts->names);
    vec_free(&facts->definitions);
    vec_free(&facts->uses);
}

uint32_t facts_add_text(struct facts *facts, const char *text, size_t length)
{
    uint32_t offset = facts->text.count;
    vec_reserve(&facts->text, length + 1);
    char *to = facts->text.data + offset;
    if (length)
        memcpy(to, text, length);
    to[length] = '\0';
    facts->text.count = offset + (uint32_t)length + 1;
    return offset;
}
