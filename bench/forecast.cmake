# How far off the forecasts of a build's end are.
jig_bench(jig-bench-forecast forecast.c measure.c)
