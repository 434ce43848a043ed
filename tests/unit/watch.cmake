add_library(watch_support STATIC watch_support.c temporary.c watch_chaos.c)
target_link_libraries(watch_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what file folder link lost mirror poll random ready stress sync)
  jig_unit_test(watch_${what}_test watch_${what}_test.c)
  target_link_libraries(watch_${what}_test PRIVATE watch_support)
endforeach()
