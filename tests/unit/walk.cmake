add_library(walk_support STATIC walk_support.c walk_told.c)
target_link_libraries(walk_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what glob glob_oracle ignore ignore_oracle tree kind rules random hostile threads paths
        paths_random give_up)
  jig_unit_test(walk_${what}_test walk_${what}_test.c)
  target_link_libraries(walk_${what}_test PRIVATE walk_support)
endforeach()
