# What the tests of processes start; as plain as the programs a build starts, so no sanitizers.
add_executable(run_probe run_probe.c)
target_compile_definitions(run_probe PRIVATE _GNU_SOURCE)

function(jig_run_test name)
  jig_unit_test(${name} ${name}.c run_support.c)
  target_compile_definitions(${name} PRIVATE
    RUN_PROBE="$<TARGET_FILE:run_probe>" RUN_PROBE_DIR="$<TARGET_FILE_DIR:run_probe>")
  add_dependencies(${name} run_probe)
endfunction()

jig_run_test(reactor_process_test)
jig_run_test(reactor_wait_test)
jig_run_test(run_command_line_test)
jig_run_test(run_as_shell_test)
jig_run_test(run_interrupt_test)
jig_run_test(run_jobs_test)
jig_run_test(run_jobserver_test)
jig_unit_test(run_makeflags_test run_makeflags_test.c)
jig_unit_test(run_ready_queue_test run_ready_queue_test.c)
