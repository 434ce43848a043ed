# Makes one page of report.html, styles and modules, and a C file that holds it:
#
#   cmake -D SOURCES=DIRECTORY -D MODULES=a.js;b.js;… -D STYLES=a.css;… -D OUT=FILE -P embed.cmake
#
# The modules become one, in the order given, in which a module comes after those that it imports
# from, and no name is declared at the top of two. The page's policy names the digests of style and
# script: a browser runs nothing else, whatever a trace has for texts, and loads nothing from
# anywhere.

# The base64 form of a SHA-256 digest, which CMake has in hexadecimal only.
function(digest_in_base64 text out)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 hex "${text}")
  set(result "")
  # Three hexadecimal digits are twelve bits, two letters. Of 64 digits one is left: four bits.
  foreach(at RANGE 0 60 3)
    string(SUBSTRING ${hex} ${at} 3 digits)
    math(EXPR first "0x${digits} >> 6")
    math(EXPR second "0x${digits} & 63")
    string(SUBSTRING ${alphabet} ${first} 1 first)
    string(SUBSTRING ${alphabet} ${second} 1 second)
    string(APPEND result ${first}${second})
  endforeach()
  string(SUBSTRING ${hex} 63 1 digit)
  math(EXPR last "0x${digit} << 2")
  string(SUBSTRING ${alphabet} ${last} 1 last)
  set(${out} "${result}${last}=" PARENT_SCOPE)
endfunction()

# Variables that are light-dark(LIGHT, DARK), which not every browser knows, become light ones with
# rules that make them dark: if the system is and the reader has not chosen otherwise, or if the reader
# has chosen it. Paper is light.
function(split_schemes text out)
  string(REGEX MATCHALL "--[a-z0-9-]+: light-dark\\([^)]*\\)" variables "${text}")
  string(REGEX REPLACE "light-dark\\(([^,]*), [^)]*\\)" "\\1" text "${text}")
  if(variables)
    string(REGEX REPLACE "light-dark\\([^,]*, ([^)]*)\\)" "\\1" dark "${variables}")
    set(not_paper ":not(.paper)")
    string(APPEND text
      "@media (prefers-color-scheme: dark) {\n"
      ":root:not([data-scheme=\"light\"])${not_paper} {\n${dark}\n}\n}\n"
      ":root[data-scheme=\"dark\"]${not_paper} {\n${dark}\n}\n")
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# Appends to `code` an array of the text's bytes.
function(append_array name text)
  file(WRITE ${OUT}.part "${text}")
  file(READ ${OUT}.part hex HEX)
  file(REMOVE ${OUT}.part)
  string(REPEAT "." 32 line)
  string(REGEX REPLACE "(${line})" "\\1\n    " hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(APPEND code "const unsigned char ${name}[] = {\n    ${hex}\n};\n")
  string(APPEND code "const size_t ${name}_size = sizeof ${name};\n")
  set(code "${code}" PARENT_SCOPE)
endfunction()

set(script "\n")
foreach(module ${MODULES})
  file(READ ${SOURCES}/${module} text)
  string(REGEX REPLACE "(^|\n)import [^;]*;" "\\1" text "${text}")
  string(REGEX REPLACE "(^|\n)export " "\\1" text "${text}")
  string(APPEND script "${text}")
endforeach()
set(style "\n")
foreach(file ${STYLES})
  file(READ ${SOURCES}/${file} text)
  split_schemes("${text}" text)
  string(APPEND style "${text}")
endforeach()
file(READ ${SOURCES}/report.html page)

digest_in_base64("${style}" style_digest)
digest_in_base64("${script}" script_digest)
string(REPLACE "@STYLE_DIGEST@" "${style_digest}" page "${page}")
string(REPLACE "@SCRIPT_DIGEST@" "${script_digest}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")

string(FIND "${page}" "@DATA@" data)
string(SUBSTRING "${page}" 0 ${data} head)
math(EXPR data "${data} + 6")
string(SUBSTRING "${page}" ${data} -1 tail)

set(code "/* Made by tools/trace/report/embed.cmake. */\n#include \"tools/trace/report_page.h\"\n\n")
append_array(trace_report_page_head "${head}")
append_array(trace_report_page_tail "${tail}")
file(WRITE ${OUT} "${code}")
