jig_bench(jig-bench-walk walk.c measure.c)
