jig_fuzz_target(fuzz_glob fuzz_glob.c)
jig_fuzz_target(fuzz_ignore fuzz_ignore.c)
