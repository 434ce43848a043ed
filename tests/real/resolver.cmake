# Resolving, compared with the tools whose rules it follows.
add_executable(resolver_dump resolver_dump.c)
target_link_libraries(resolver_dump PRIVATE jig_flags jig_core)
add_test(NAME real_resolver_oracles
  COMMAND Python3::Interpreter -B -m unittest -v test_resolver_oracles
  WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(real_resolver_oracles PROPERTIES
  LABELS real
  TIMEOUT 900
  ENVIRONMENT "JIG_RESOLVER_DUMP=$<TARGET_FILE:resolver_dump>;JIG_REAL_SOURCES=${sources}")
