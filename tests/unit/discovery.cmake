add_library(discovery_support STATIC discovery_support.c)
target_link_libraries(discovery_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what scan cache definitions links)
  jig_unit_test(discovery_${what}_test discovery_${what}_test.c)
  target_link_libraries(discovery_${what}_test PRIVATE discovery_support)
endforeach()

jig_unit_test(discovery_follow_test discovery_follow_test.c discovery_follow_support.c)
target_link_libraries(discovery_follow_test PRIVATE discovery_support)
jig_unit_test(discovery_follow_random_test discovery_follow_random_test.c discovery_project.c
              discovery_follow_support.c)
target_link_libraries(discovery_follow_random_test PRIVATE discovery_support)

jig_unit_test(fingerprint_read_test fingerprint_read_test.c)
target_link_libraries(fingerprint_read_test PRIVATE discovery_support)
jig_unit_test(fingerprint_unsteady_test fingerprint_unsteady_test.c)
target_link_libraries(fingerprint_unsteady_test PRIVATE discovery_support)
target_link_options(fingerprint_unsteady_test PRIVATE -Wl,--wrap=openat)
