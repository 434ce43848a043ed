jig_bench(jig-bench-scanner scanner.c)
