#include "tools/jig/progress_form.h"

#include <stddef.h>
#include <string.h>

enum { LEAST_ROWS = 10 }; /* in fewer an area takes more room than it is worth */

bool progress_form_parse(const char *text, enum progress_form *form)
{
    static const struct {
        const char *name;
        enum progress_form form;
    } forms[] = {
        {"auto", PROGRESS_AUTO},
        {"area", PROGRESS_AREA},
        {"line", PROGRESS_LINE},
        {"none", PROGRESS_NONE},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(text, forms[i].name) == 0) {
            *form = forms[i].form;
            return true;
        }
    }
    return false;
}

static bool is_on(const char *value)
{
    return value && *value && strcmp(value, "0") != 0 && strcmp(value, "false") != 0;
}

enum progress_form progress_form_choose(enum progress_form asked, const struct terminal *terminal,
                                        const char *ci)
{
    if (asked == PROGRESS_AREA)
        return terminal->smart ? PROGRESS_AREA : PROGRESS_LINE;
    if (asked != PROGRESS_AUTO)
        return asked;
    if (terminal->smart)
        return terminal_rows(terminal) >= LEAST_ROWS ? PROGRESS_AREA : PROGRESS_LINE;
    return !terminal->tty && is_on(ci) ? PROGRESS_SPARSE : PROGRESS_LINE;
}
