add_library(trace_support STATIC trace_support.c temporary.c)
target_link_libraries(trace_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what log keep)
  jig_unit_test(trace_${what}_test trace_${what}_test.c)
  target_link_libraries(trace_${what}_test PRIVATE trace_support)
endforeach()
# So that it can play a file system without links.
target_link_options(trace_keep_test PRIVATE -Wl,--wrap=linkat,--wrap=flock,--wrap=mkdir)

# What the tools make of a trace.
add_library(trace_made STATIC trace_made.c)
target_link_libraries(trace_made PRIVATE jig_flags PUBLIC jig_trace_tools PkgConfig::CMOCKA)

foreach(what advice chrome diff forms idle path report what_if)
  jig_unit_test(trace_${what}_test trace_${what}_test.c)
  target_link_libraries(trace_${what}_test PRIVATE trace_made)
endforeach()
