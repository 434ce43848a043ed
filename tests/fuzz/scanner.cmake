foreach(kind c graphql proto regex typescript)
  jig_fuzz_target(fuzz_scan_${kind} fuzz_scan_${kind}.c fuzz_scan.c)
endforeach()
