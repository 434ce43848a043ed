foreach(what compare options samples statistics targets verdict)
  jig_unit_test(perf_${what}_test perf_${what}_test.c)
  target_link_libraries(perf_${what}_test PRIVATE jig_perf)
endforeach()

# Those that need a folder of their own.
foreach(what metrics relocate subject tree)
  jig_unit_test(perf_${what}_test perf_${what}_test.c tools_support.c temporary.c)
  target_link_libraries(perf_${what}_test PRIVATE jig_perf)
endforeach()
