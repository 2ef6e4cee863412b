# Makes a C source of the replay page: page.html with page.css and page.js put in, cut where the data goes.
# cmake -DFROM=DIRECTORY -DTO=FILE.c -P EmbedReport.cmake
foreach(part html css js)
    file(READ ${FROM}/page.${part} ${part} HEX)
endforeach()

# In hexadecimal nothing of the page means anything to CMake.
string(REPLACE "405354594c4540" "${css}" html "${html}") # @STYLE@
string(REPLACE "4053435249505440" "${js}" html "${html}") # @SCRIPT@
string(FIND "${html}" "404441544140" place) # @DATA@
if(place EQUAL -1)
    message(FATAL_ERROR "page.html has no place for the data")
endif()
math(EXPR behind "${place} + 12")
string(SUBSTRING "${html}" 0 ${place} head)
string(SUBSTRING "${html}" ${behind} -1 tail)
foreach(half head tail)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," ${half} "${${half}}")
endforeach()
file(WRITE ${TO}.new "#include \"cli/report_page.h\"

const unsigned char report_page_head[] = {${head}0};
const unsigned char report_page_tail[] = {${tail}0};
const size_t report_page_head_size = sizeof report_page_head - 1;
const size_t report_page_tail_size = sizeof report_page_tail - 1;
")
file(RENAME ${TO}.new ${TO})
