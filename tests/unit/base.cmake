jig_unit_test(base_path_test base_path_test.c)
