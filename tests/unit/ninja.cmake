foreach(name depfile dyndep error hostile include lexer log peek recipe scope showincludes
             statement text)
  jig_unit_test(ninja_${name}_test ninja_${name}_test.c)
endforeach()
