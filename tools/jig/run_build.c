#include "tools/jig/run_build.h"

#include "tools/jig/building.h"

int run_build(enum face face, const struct build_request *request)
{
    struct building building = {.face = face, .request = request, .once = true};
    struct work work = {0};
    struct jig_error error = {0};
    int code;
    if (building_prepare(&building, &code)) {
        building_begin(&building);
        enum jig_status status = building_open(&building, &work, &error);
        if (!status)
            status = building_run(&building, &work, NULL, &error);
        code = building_tell(&building, &work, status, &error);
        /* Before the trace goes that the session writes to. */
        work_close(&work);
        building_end(&building);
    }
    building_free(&building);
    return code;
}
