# Writes OUT, a C file that holds every .lua file below ROOT as a byte array, for src/lua/embedded.h.
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.lua)
list(SORT files)
set(arrays "")
set(rows "")
set(index 0)
foreach(name ${files})
  file(READ ${ROOT}/${name} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char file_${index}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", (const char *)file_${index}, sizeof file_${index} - 1},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by packaging/embed.cmake from the files below lua/. */
#include \"lua/embedded.h\"

${arrays}
const struct embedded_file embedded_files[] = {
${rows}    {0, 0, 0}};
")
