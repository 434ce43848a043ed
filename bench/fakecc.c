/*
 * Stands in for a compiler in benchmarks: writes the output and a depfile, and does nothing else.
 *
 *     fakecc OUTPUT DEPFILE SOURCE FIRST STEP COUNT TOTAL [flags…]
 *
 * The depfile names COUNT of TOTAL headers, include/h<N>.h with N = FIRST, FIRST + STEP, …
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc < 8)
        return 2;
    FILE *out = fopen(argv[1], "w");
    if (!out || fprintf(out, "object of %s\n", argv[3]) < 0 || fclose(out))
        return 1;
    FILE *depfile = fopen(argv[2], "w");
    if (!depfile)
        return 1;
    long at = atol(argv[4]);
    long step = atol(argv[5]);
    long count = atol(argv[6]);
    long total = atol(argv[7]);
    fprintf(depfile, "%s: %s", argv[1], argv[3]);
    for (long i = 0; i < count; i++, at += step)
        fprintf(depfile, " \\\n  include/h%ld.h", at % total);
    fputc('\n', depfile);
    return fclose(depfile) ? 1 : 0;
}
