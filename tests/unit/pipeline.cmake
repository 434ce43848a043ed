add_library(pipeline_config_support STATIC pipeline_config_support.c)
target_link_libraries(pipeline_config_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)
target_compile_definitions(pipeline_config_support PUBLIC
  CONFIG_CORPUS="${CMAKE_CURRENT_SOURCE_DIR}/pipeline_config"
  CONFIG_REFERENCE="${PROJECT_SOURCE_DIR}/docs/reference/jig-yaml.md"
  CONFIG_SCHEMA="${PROJECT_SOURCE_DIR}/docs/reference/jig.schema.json")

foreach(what corpus docs hostile options package read schema)
  jig_unit_test(pipeline_config_${what}_test pipeline_config_${what}_test.c)
  target_link_libraries(pipeline_config_${what}_test PRIVATE pipeline_config_support)
endforeach()
jig_unit_test(pipeline_template_test pipeline_template_test.c)

# What a validator says of the same files, where Python has one.
find_package(Python3 3.10 COMPONENTS Interpreter)
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import jsonschema, yaml"
  RESULT_VARIABLE without_validator OUTPUT_QUIET ERROR_QUIET)
if(NOT without_validator)
  add_test(NAME pipeline_config_schema_validator_test
    COMMAND Python3::Interpreter -B
      ${CMAKE_CURRENT_SOURCE_DIR}/pipeline_config_schema_test.py
      ${PROJECT_SOURCE_DIR}/docs/reference/jig.schema.json
      ${CMAKE_CURRENT_SOURCE_DIR}/pipeline_config
      ${PROJECT_SOURCE_DIR}/docs/reference/jig-yaml.md)
  set_tests_properties(pipeline_config_schema_validator_test PROPERTIES LABELS unit TIMEOUT 300)
endif()
