add_library(codegen_support STATIC codegen_support.c)
target_link_libraries(codegen_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what builtin embed guide json manifest output protocol ts_index)
  jig_unit_test(codegen_${what}_test codegen_${what}_test.c)
  target_link_libraries(codegen_${what}_test PRIVATE codegen_support)
endforeach()

# The misbehaving worker; as plain as the programs a build starts, so no sanitizers.
add_executable(codegen_probe_worker codegen_probe_worker.c)
target_compile_definitions(codegen_probe_worker PRIVATE _GNU_SOURCE)

foreach(what worker worker_fault worker_group worker_stress)
  jig_unit_test(codegen_${what}_test codegen_${what}_test.c codegen_worker_support.c)
  target_link_libraries(codegen_${what}_test PRIVATE codegen_support)
  target_compile_definitions(codegen_${what}_test PRIVATE
    PROBE_WORKER="$<TARGET_FILE:codegen_probe_worker>")
  add_dependencies(codegen_${what}_test codegen_probe_worker)
endforeach()

# Plugins: a good one, and one for each way to be wrong.
function(jig_probe_plugin name)
  add_library(codegen_probe_plugin_${name} MODULE codegen_probe_plugin.c)
  target_link_libraries(codegen_probe_plugin_${name} PRIVATE jig_flags)
  target_include_directories(codegen_probe_plugin_${name} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_compile_definitions(codegen_probe_plugin_${name} PRIVATE ${ARGN})
  set_target_properties(codegen_probe_plugin_${name} PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  add_dependencies(codegen_plugin_test codegen_probe_plugin_${name})
endfunction()

jig_unit_test(codegen_plugin_test codegen_plugin_test.c)
target_link_libraries(codegen_plugin_test PRIVATE codegen_support)
target_compile_definitions(codegen_plugin_test PRIVATE
  PROBE_PLUGIN_PREFIX="${CMAKE_CURRENT_BINARY_DIR}/codegen_probe_plugin_")
jig_probe_plugin(good)
jig_probe_plugin(newer PROBE_VERSION="2.0")
jig_probe_plugin(other_abi PROBE_ABI=99)
jig_probe_plugin(short PROBE_SIZE=8)
jig_probe_plugin(nameless PROBE_NAME="")
jig_probe_plugin(versionless PROBE_VERSION=0)
jig_probe_plugin(null PROBE_NULL=1)
jig_probe_plugin(no_symbol PROBE_SYMBOL=other)

# What embed makes is compiled with the compiler that compiles jig.
target_compile_definitions(codegen_embed_test PRIVATE PROBE_CC="${CMAKE_C_COMPILER}")

# The guide's commands are run on copies of what they are about.
target_compile_definitions(codegen_guide_test PRIVATE PROBE_SOURCE="${PROJECT_SOURCE_DIR}")
