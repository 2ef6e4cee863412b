# Every library by pkg-config (libmilter by hand: it has no .pc file); a missing one is named by its Debian package.

find_package(PkgConfig QUIET)
if(NOT PKG_CONFIG_FOUND)
    message(FATAL_ERROR "pkg-config is missing: apt-get install pkg-config")
endif()

function(require_library target module package)
    pkg_check_modules(${target} QUIET IMPORTED_TARGET GLOBAL ${module})
    if(NOT ${target}_FOUND)
        message(FATAL_ERROR "${module} is missing: apt-get install ${package} (or let ./dev build do it)")
    endif()
endfunction()

require_library(PCRE2 "libpcre2-8>=10.40" libpcre2-dev)
require_library(LIBCONFIG libconfig libconfig-dev)
require_library(GMIME gmime-3.0 libgmime-3.0-dev)
require_library(LIBXML2 libxml-2.0 libxml2-dev)
require_library(UTF8PROC libutf8proc libutf8proc-dev)
require_library(IDN2 libidn2 libidn2-dev)
require_library(JANSSON jansson libjansson-dev)
require_library(SODIUM libsodium libsodium-dev)
require_library(SQLITE3 "sqlite3>=3.35" libsqlite3-dev)
require_library(HIREDIS hiredis libhiredis-dev)

require_library(ZLIB zlib zlib1g-dev)
require_library(MICROHTTPD "libmicrohttpd>=0.9.71" libmicrohttpd-dev)

find_path(MILTER_INCLUDE libmilter/mfapi.h)
find_library(MILTER_LIBRARY milter)
if(NOT MILTER_INCLUDE OR NOT MILTER_LIBRARY)
    message(FATAL_ERROR "libmilter is missing: apt-get install libmilter-dev (or let ./dev build do it)")
endif()
add_library(libmilter INTERFACE)
target_include_directories(libmilter SYSTEM INTERFACE ${MILTER_INCLUDE})
target_link_libraries(libmilter INTERFACE ${MILTER_LIBRARY})

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# Optional: finds rules' candidates in one pass; without it the verdicts are the same, slower. libvectorscan-dev serves
# where there is no libhyperscan-dev.
option(USE_LIBHS "Look for libhs (hyperscan or vectorscan)" ON)
if(USE_LIBHS)
    pkg_check_modules(LIBHS QUIET IMPORTED_TARGET GLOBAL libhs)
endif()
if(NOT LIBHS_FOUND)
    message(STATUS "Without libhs (libhyperscan-dev or libvectorscan-dev): scanning is slower")
endif()
