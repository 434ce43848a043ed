# A warm session over a fixture; uses jig and jig-fixture, which lie beside it.
jig_bench(jig-bench-session session.c pipeline_tree.c measure.c)
add_dependencies(jig-bench-session jig jig-fixture)
