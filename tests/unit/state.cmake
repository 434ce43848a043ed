add_library(state_support STATIC state_support.c)
target_link_libraries(state_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what pack header history image journal journal_damage lend lifecycle lock kill)
  jig_unit_test(state_${what}_test state_${what}_test.c)
  target_link_libraries(state_${what}_test PRIVATE state_support)
endforeach()
