#include "base/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum status owner_become(const char *directory, struct error_list *errors)
{
	const struct passwd *user;
	struct stat info;

	if (geteuid() != 0 || stat(directory, &info) != 0 || info.st_uid == 0)
		return STATUS_OK;
	user = getpwuid(info.st_uid);
	if ((user ? initgroups(user->pw_name, info.st_gid) : setgroups(0, NULL)) == 0 && setgid(info.st_gid) == 0 &&
	    setuid(info.st_uid) == 0)
		return STATUS_OK;
	error_add(errors, SEVERITY_ERROR, directory, "start it as the directory's owner",
		  "root's rights cannot be given up: %s", strerror(errno));
	return STATUS_PERMISSION;
}

const char *owner_name(uid_t uid, char *out, size_t size)
{
	struct passwd entry, *found = NULL;
	char buffer[4096];

	if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found)
		snprintf(out, size, "%s", found->pw_name);
	else
		snprintf(out, size, "%u", (unsigned int)uid);
	return out;
}
