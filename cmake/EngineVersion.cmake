# Makes a C source with a name for the engine as it is: a hash of all its sources.
# cmake -DTO=FILE.c -DPARTS=FILE;... -P EngineVersion.cmake
set(all "")
foreach(part ${PARTS})
    file(SHA256 ${part} one)
    string(APPEND all ${one})
endforeach()
string(SHA256 version "${all}")
file(WRITE ${TO}.new "#include \"engine/prefilter_build.h\"

const char prefilter_version[] = \"${version}\";
")
file(RENAME ${TO}.new ${TO})
