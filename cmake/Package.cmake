# The Debian package: ./dev deb. Only what dpkg wants and nobody else needs is added to the installation here.
set(DEB_REVISION 1)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME coldshoulder)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Coldshoulder authors <postmaster@coldshoulder.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "milter that gives cold outreach the cold shoulder")
set(CPACK_PACKAGE_DESCRIPTION "Coldshoulder is a mail filter (milter) for Postfix and Sendmail. It
recognises sales and recruiter templates, apologetic cold openers and
LinkedIn's own solicitations, which spam filters let pass, by their words,
their form and the missing relationship, and tags them so that mail clients
can file them. Outgoing mail is judged by the same measure. Every verdict is
explained.")
set(CPACK_PACKAGE_INSTALL_DIRECTORY /)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${DEB_REVISION})
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "postfix | sendmail, logrotate")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "opendkim, opendmarc, redis-server, dovecot-sieve")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# What dpkg keeps for the postmaster when it was changed.
file(WRITE ${PROJECT_BINARY_DIR}/deb/conffiles
    "/etc/coldshoulder/coldshoulder.conf\n/etc/logrotate.d/coldshoulder\n")
file(CHMOD ${PROJECT_BINARY_DIR}/deb/conffiles PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/deb/conffiles
    ${PROJECT_SOURCE_DIR}/cmake/deb/postinst ${PROJECT_SOURCE_DIR}/cmake/deb/prerm ${PROJECT_SOURCE_DIR}/cmake/deb/postrm)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/deb/Finish.cmake)
include(CPack)
