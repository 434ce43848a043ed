jig_fuzz_target(fuzz_config fuzz_config.c)
