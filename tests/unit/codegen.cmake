add_library(codegen_support STATIC codegen_support.c)
target_link_libraries(codegen_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what output)
  jig_unit_test(codegen_${what}_test codegen_${what}_test.c)
  target_link_libraries(codegen_${what}_test PRIVATE codegen_support)
endforeach()

# The misbehaving worker; as plain as the programs a build starts, so no sanitizers.
add_executable(codegen_probe_worker codegen_probe_worker.c)
target_compile_definitions(codegen_probe_worker PRIVATE _GNU_SOURCE)

foreach(what worker worker_fault)
  jig_unit_test(codegen_${what}_test codegen_${what}_test.c codegen_worker_support.c)
  target_link_libraries(codegen_${what}_test PRIVATE codegen_support)
  target_compile_definitions(codegen_${what}_test PRIVATE
    PROBE_WORKER="$<TARGET_FILE:codegen_probe_worker>")
  add_dependencies(codegen_${what}_test codegen_probe_worker)
endforeach()
