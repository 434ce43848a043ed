foreach(test appears links package references relative roots threads tsconfig)
  jig_unit_test(resolver_${test}_test resolver_${test}_test.c resolver_support.c)
endforeach()
