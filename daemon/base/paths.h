/*
 * paths - where the build was told that things are installed: prefix, sysconfdir and localstatedir of CMake.
 */
#ifndef COLDSHOULDER_BASE_PATHS_H
#define COLDSHOULDER_BASE_PATHS_H

/* Without the build's word: as Debian has it, and as the manual pages say. */
#ifndef COLDSHOULDER_SYSCONFDIR
#define COLDSHOULDER_SYSCONFDIR "/etc"
#endif
#ifndef COLDSHOULDER_DATADIR
#define COLDSHOULDER_DATADIR "/usr/share"
#endif
#ifndef COLDSHOULDER_LOCALSTATEDIR
#define COLDSHOULDER_LOCALSTATEDIR "/var"
#endif

#define PATHS_CONFIG        COLDSHOULDER_SYSCONFDIR "/coldshoulder/coldshoulder.conf"
#define PATHS_LOCAL_RULES   COLDSHOULDER_SYSCONFDIR "/coldshoulder/rules.d"
#define PATHS_RULES         COLDSHOULDER_DATADIR "/coldshoulder/rules"
#define PATHS_FREEMAIL_LIST COLDSHOULDER_DATADIR "/coldshoulder/lists/freemail.txt"
#define PATHS_STATE         COLDSHOULDER_LOCALSTATEDIR "/lib/coldshoulder"

#endif
