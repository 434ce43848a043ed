/* The reference's examples are right: each is read, without a notice, and shown as itself. */
#include "cmocka_all.h"

#include "engine/base/io.h"
#include "pipeline_config_support.h"

#include <fcntl.h>
#include <string.h>

static void test_every_example_of_the_reference_is_read(void **state)
{
    (void)state;
    struct buf page = {0};
    assert_int_equal(io_read_file(AT_FDCWD, CONFIG_REFERENCE, &page), 0);
    uint32_t examples = 0;
    char *text = page.data;
    while ((text = strstr(text, "\n```yaml\n"))) {
        text += strlen("\n```yaml\n");
        char *end = strstr(text, "\n```\n");
        assert_non_null(end);
        end[1] = '\0';
        struct config config;
        parse(&config, text);
        assert_shows_as_itself(&config);
        config_free(&config);
        text = end + 2;
        examples++;
    }
    assert_int_equal(examples, 5);
    buf_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_example_of_the_reference_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
