# What oracles compare: the facts of files, printed.
add_executable(scanner_dump scanner_dump.c)
target_link_libraries(scanner_dump PRIVATE jig_flags jig_core)
