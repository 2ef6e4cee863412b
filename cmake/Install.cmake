install(TARGETS coldshoulderd DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS coldshoulder DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/coldshoulder/rules FILES_MATCHING PATTERN "*.conf")
install(DIRECTORY conf/lists/ DESTINATION ${CMAKE_INSTALL_DATADIR}/coldshoulder/lists)
install(DIRECTORY conf/examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB manuals CONFIGURE_DEPENDS daemon/man/*.[158])
foreach(manual ${manuals})
    string(REGEX REPLACE ".*\\." "man" section ${manual})
    install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/${section})
endforeach()

# A configuration that is already there is the postmaster's.
install(CODE "
    set(conf \"\$ENV{DESTDIR}/etc/coldshoulder/coldshoulder.conf\")
    if(NOT EXISTS \"\${conf}\")
        file(INSTALL \"${PROJECT_SOURCE_DIR}/conf/coldshoulder.conf\" DESTINATION /etc/coldshoulder)
    endif()
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}/etc/coldshoulder/rules.d\")")

install(FILES systemd/coldshoulder.service DESTINATION lib/systemd/system)
install(FILES systemd/coldshoulder.sysusers DESTINATION lib/sysusers.d RENAME coldshoulder.conf)
install(FILES systemd/coldshoulder.tmpfiles DESTINATION lib/tmpfiles.d RENAME coldshoulder.conf)
