# Threads are counted, and refused, through the linker: see scheduler_support.h.
function(jig_scheduler_test name)
  jig_unit_test(${name} ${name}.c scheduler_support.c)
  target_link_options(${name} PRIVATE -Wl,--wrap=pthread_create)
endfunction()

jig_scheduler_test(scheduler_pool_test)
jig_scheduler_test(scheduler_task_test)
jig_scheduler_test(scheduler_graph_test)
jig_scheduler_test(scheduler_stress_test)
jig_unit_test(scheduler_trace_test scheduler_trace_test.c)

# The same oracle over a scheduler compiled anew, whose threads are held up at random.
set(fuzzed event_count graph_build graph_run inbox loop pool trace)
list(TRANSFORM fuzzed PREPEND ${PROJECT_SOURCE_DIR}/scheduler/)
list(TRANSFORM fuzzed APPEND .c)
jig_unit_test(scheduler_fuzzed_stress_test scheduler_stress_test.c scheduler_support.c
  schedule_fuzz.c ${fuzzed})
target_compile_definitions(scheduler_fuzzed_stress_test PRIVATE JIG_SCHEDULE_FUZZ)
target_link_options(scheduler_fuzzed_stress_test PRIVATE -Wl,--wrap=pthread_create)
