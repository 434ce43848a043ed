jig_unit_test(session_change_set_test session_change_set_test.c)
jig_unit_test(session_forecast_test session_forecast_test.c)

add_library(session_support STATIC session_support.c temporary.c)
target_link_libraries(session_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)

foreach(what update cancel pair record)
  jig_unit_test(session_${what}_test session_${what}_test.c)
  target_link_libraries(session_${what}_test PRIVATE session_support)
endforeach()
