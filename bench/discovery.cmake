jig_bench(jig-bench-discovery discovery.c)
