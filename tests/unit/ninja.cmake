foreach(name error hostile include lexer peek recipe statement)
  jig_unit_test(ninja_${name}_test ninja_${name}_test.c)
endforeach()
