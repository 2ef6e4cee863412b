install(TARGETS coldshoulderd DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS coldshoulder DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/coldshoulder/rules FILES_MATCHING PATTERN "*.conf")
install(DIRECTORY conf/lists/ DESTINATION ${CMAKE_INSTALL_DATADIR}/coldshoulder/lists)
install(DIRECTORY conf/examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
foreach(part postfix sieve prometheus sendmail)
    if(EXISTS ${PROJECT_SOURCE_DIR}/conf/${part})
        install(DIRECTORY conf/${part} DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
    endif()
endforeach()
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

foreach(program coldshoulder coldshoulderd)
    install(FILES conf/bash-completion/coldshoulder
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program})
endforeach()

file(GLOB manuals CONFIGURE_DEPENDS daemon/man/*.[158])
foreach(manual ${manuals})
    string(REGEX REPLACE ".*\\." "man" section ${manual})
    install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/${section})
endforeach()

# A configuration that is already there is the postmaster's; a package has its own way to say so.
install(CODE "
    set(place \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/coldshoulder\")
    if(NOT EXISTS \"\$ENV{DESTDIR}\${place}/coldshoulder.conf\")
        file(INSTALL \"${PROJECT_SOURCE_DIR}/conf/coldshoulder.conf\" DESTINATION \"\${place}\")
    endif()
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${place}/rules.d\")
    if(NOT CMAKE_INSTALL_PREFIX STREQUAL \"${CMAKE_INSTALL_PREFIX}\")
        message(WARNING \"the programs were built for ${CMAKE_INSTALL_PREFIX}: they look for configuration and rules \"
            \"there. Configure with -DCMAKE_INSTALL_PREFIX=\${CMAKE_INSTALL_PREFIX}\")
    endif()")
install(FILES conf/logrotate DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/logrotate.d RENAME coldshoulder)

set(SYSTEMD_DIR lib CACHE PATH "Where systemd's directories are: absolute, or below the prefix")
configure_file(systemd/coldshoulder.service.in systemd/coldshoulder.service @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/systemd/coldshoulder.service systemd/coldshoulder.socket
    DESTINATION ${SYSTEMD_DIR}/systemd/system)
install(FILES systemd/coldshoulder.sysusers DESTINATION lib/sysusers.d RENAME coldshoulder.conf)
install(FILES systemd/coldshoulder.tmpfiles DESTINATION lib/tmpfiles.d RENAME coldshoulder.conf)
