jig_unit_test(graph_test graph_test.c)
jig_unit_test(plan_test plan_test.c)
jig_unit_test(fingerprint_test fingerprint_test.c)
