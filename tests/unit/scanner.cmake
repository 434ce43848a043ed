foreach(name c graphql hostile proto regex typescript_definition typescript_import
             typescript_syntax)
  jig_unit_test(scanner_${name}_test scanner_${name}_test.c scanner_support.c)
endforeach()

# The facts of files, printed: what is compared with other tools.
add_executable(scanner_dump scanner_dump.c)
target_link_libraries(scanner_dump PRIVATE jig_flags jig_core)
