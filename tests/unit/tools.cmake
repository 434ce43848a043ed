foreach(what daemon_frame face manual options pace path_json processors progress_form readers running_jobs
        screen stats status status_format terminal text walk watch_judge watch_line)
  jig_unit_test(tools_${what}_test tools_${what}_test.c)
  target_link_libraries(tools_${what}_test PRIVATE jig_cli)
endforeach()

# Those that need a folder of their own.
foreach(what affected capture choice delta place tally)
  jig_unit_test(tools_${what}_test tools_${what}_test.c tools_support.c temporary.c)
  target_link_libraries(tools_${what}_test PRIVATE jig_cli)
endforeach()
