/* The tables behind the language: names with dense ids, and scopes. */
#include "cmocka_all.h"

#include "engine/manifest/ninja/names.h"
#include "engine/manifest/ninja/scope.h"

#include <stdio.h>
#include <string.h>

static void test_names_have_dense_ids_in_order_of_first_mention(void **state)
{
    (void)state;
    struct names names = {0};
    assert_int_equal(names_find(&names, "a", 1), NAME_NONE);
    assert_int_equal(names_add(&names, "alpha", 5), 0);
    assert_int_equal(names_add(&names, "", 0), 1);
    assert_int_equal(names_add(&names, "alphabet", 8), 2);
    assert_int_equal(names_add(&names, "alphabet soup", 8), 2);
    assert_int_equal(names_find(&names, "alpha", 5), 0);
    assert_int_equal(names_find(&names, "alph", 4), NAME_NONE);
    assert_string_equal(names_text(&names, 2), "alphabet");
    assert_memory_equal(names.text.data, "alpha\0\0alphabet", sizeof "alpha\0\0alphabet");
    names_free(&names);
}

static void test_many_names_are_found_again(void **state)
{
    (void)state;
    struct names names = {0};
    char text[32];
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 10000; i++) {
            int length = snprintf(text, sizeof text, "name%u", i);
            assert_int_equal(names_add(&names, text, (size_t)length), i);
        }
    }
    names_free(&names);
}

static void test_inner_scope_hides_the_outer(void **state)
{
    (void)state;
    struct scopes scopes = {0};
    struct scope_table table = {0};
    scope_id outer = scope_open(&scopes, SCOPE_NONE);
    scope_id inner = scope_open(&scopes, outer);
    scope_id sibling = scope_open(&scopes, outer);
    assert_int_equal(scope_get(&scopes, &table, inner, 7), SCOPE_NOTHING);
    scope_set(&table, outer, 7, 70);
    assert_int_equal(scope_get(&scopes, &table, inner, 7), 70);
    assert_int_equal(scope_get_here(&table, inner, 7), SCOPE_NOTHING);
    scope_set(&table, inner, 7, 0);
    assert_int_equal(scope_get(&scopes, &table, inner, 7), 0);
    assert_int_equal(scope_get(&scopes, &table, sibling, 7), 70);
    scope_set(&table, outer, 7, 71);
    assert_int_equal(scope_get(&scopes, &table, sibling, 7), 71);
    assert_int_equal(scope_get(&scopes, &table, SCOPE_NONE, 7), SCOPE_NOTHING);
    vec_free(&scopes.parents);
    scope_table_free(&table);
}

static void test_many_values_in_many_scopes(void **state)
{
    (void)state;
    struct scope_table table = {0};
    for (uint32_t scope = 0; scope < 100; scope++) {
        for (name_id name = 0; name < 100; name++)
            scope_set(&table, scope, name, scope * 1000 + name);
    }
    for (uint32_t scope = 0; scope < 100; scope++) {
        for (name_id name = 0; name < 100; name++)
            assert_int_equal(scope_get_here(&table, scope, name), scope * 1000 + name);
    }
    scope_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_have_dense_ids_in_order_of_first_mention),
        cmocka_unit_test(test_many_names_are_found_again),
        cmocka_unit_test(test_inner_scope_hides_the_outer),
        cmocka_unit_test(test_many_values_in_many_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
