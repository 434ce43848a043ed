add_library(codegen_support STATIC codegen_support.c)
target_link_libraries(codegen_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what output)
  jig_unit_test(codegen_${what}_test codegen_${what}_test.c)
  target_link_libraries(codegen_${what}_test PRIVATE codegen_support)
endforeach()
