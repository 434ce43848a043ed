#include <stdio.h>
  # /* c */ include "a.h" // x
#inc\
lude MACRO(x)
char *s = "#include <no>"; auto r = R"x(
#include <raw>
)x";
// c \
#include <no2>
#if __has_include(<foo.h>)
#endif
#import "b.m"
#include_next <c.h>
int f(void) { return 1'000; }
