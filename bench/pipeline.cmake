# Pipelines over a fixture, each build a process; uses jig and jig-fixture, which lie beside it.
jig_bench(jig-bench-pipeline pipeline.c pipeline_tree.c measure.c)
target_compile_definitions(jig-bench-pipeline PRIVATE
  JIG_BENCH_TURBO="${CMAKE_CURRENT_SOURCE_DIR}/turbo.sh")
add_dependencies(jig-bench-pipeline jig jig-fixture)
