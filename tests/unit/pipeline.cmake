add_library(pipeline_config_support STATIC pipeline_config_support.c)
target_link_libraries(pipeline_config_support PRIVATE jig_flags PUBLIC jig_core PkgConfig::CMOCKA)
target_compile_definitions(pipeline_config_support PUBLIC
  CONFIG_CORPUS="${CMAKE_CURRENT_SOURCE_DIR}/pipeline_config"
  CONFIG_REFERENCE="${PROJECT_SOURCE_DIR}/docs/reference/jig-yaml.md")

foreach(what corpus hostile options read)
  jig_unit_test(pipeline_config_${what}_test pipeline_config_${what}_test.c)
  target_link_libraries(pipeline_config_${what}_test PRIVATE pipeline_config_support)
endforeach()
