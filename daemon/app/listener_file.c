#include "app/listener_file.h"

#include "base/owner.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A socket's path, and so its directory, is shorter than 108 bytes. */
enum { NAME_BUFFER = 4096, HINT_MAX = 256, USER_MAX = 33, DIRECTORY_MAX = 108 };

/* The directory part of the path; "." when there is none. */
static void directory_of(const char *path, char directory[DIRECTORY_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 1;

	if (!slash)
		path = ".";
	else if (n == 0)
		n = 1;
	snprintf(directory, DIRECTORY_MAX, "%.*s", (int)n, path);
}

static bool find_group(const char *name, gid_t *ret_group)
{
	struct group entry, *found = NULL;
	char buffer[NAME_BUFFER * 4];

	if (getgrnam_r(name, &entry, buffer, sizeof buffer, &found) != 0 || !found)
		return false;
	*ret_group = found->gr_gid;
	return true;
}

/* The command that makes the directory, or mends its owner and mode. The setgid bit gives the socket the group. */
static void directory_hint(const char *directory, const struct listener_access *access, char hint[HINT_MAX])
{
	char user[USER_MAX];

	owner_name(geteuid(), user, sizeof user);
	snprintf(hint, HINT_MAX, "install -d -o %s -g %s -m 2750 %s", user, *access->group ? access->group : user,
		 directory);
}

static enum status directory_error(int error, const struct listen_address *address,
				   const struct listener_access *access, enum severity severity, const char *where,
				   struct error_list *errors)
{
	char directory[DIRECTORY_MAX];
	char hint[HINT_MAX];

	directory_of(address->path, directory);
	directory_hint(directory, access, hint);
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		error_add(errors, severity, where, hint, "the directory %s of the socket does not exist", directory);
		return STATUS_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		error_add(errors, severity, where, hint, "the directory %s of the socket cannot be written to: %s",
			  directory, strerror(error));
		return STATUS_PERMISSION;
	default:
		error_add(errors, severity, where, NULL, "the socket cannot be made: %s", strerror(error));
		return STATUS_IO;
	}
}

static enum status group_error(const struct listener_access *access, enum severity severity, const char *where,
			       struct error_list *errors)
{
	char hint[HINT_MAX];

	snprintf(hint, sizeof hint, "groupadd --system %s, or set socket_group to a group that the MTA is in",
		 access->group);
	error_add(errors, severity, where, hint, "there is no group \"%s\" for the socket", access->group);
	return STATUS_BAD_INPUT;
}

/* STATUS_OK: nobody answers there. */
static enum status probe(const struct listen_address *address, struct error_list *errors)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;

	if (fd < 0 || connect(fd, &address->address.any, address->length))
		error = errno;
	if (fd >= 0)
		close(fd);
	switch (error) {
	case ECONNREFUSED:
	case ENOENT:
		return STATUS_OK;
	case 0:
	case EAGAIN:
		error_add(errors, SEVERITY_ERROR, address->text, "stop it first, or give this one another socket",
			  "another process is serving this socket");
		return STATUS_BUSY;
	default:
		error_add(errors, SEVERITY_ERROR, address->text, "remove the file, or choose another path",
			  "a socket is there that cannot be asked whether it is in use: %s", strerror(error));
		return error == EACCES || error == EPERM ? STATUS_PERMISSION : STATUS_IO;
	}
}

/* A socket file outlives its process; what is no socket is not ours to remove. */
static enum status clear_stale_file(const struct listen_address *address, const struct listener_access *access,
				    struct error_list *errors)
{
	struct stat file;
	enum status status;

	if (lstat(address->path, &file)) {
		if (errno == ENOENT)
			return STATUS_OK;
		return directory_error(errno, address, access, SEVERITY_ERROR, address->text, errors);
	}
	if (!S_ISSOCK(file.st_mode)) {
		error_add(errors, SEVERITY_ERROR, address->text, "remove it, or choose another path",
			  "%s is there already, and it is not a socket", address->path);
		return STATUS_BUSY;
	}
	status = probe(address, errors);
	if (status != STATUS_OK)
		return status;
	if (unlink(address->path) && errno != ENOENT)
		return directory_error(errno, address, access, SEVERITY_ERROR, address->text, errors);
	return STATUS_OK;
}

static enum status set_group(const struct listen_address *address, const struct listener_access *access, gid_t now,
			     struct error_list *errors)
{
	char user[USER_MAX], hint[HINT_MAX];
	gid_t group;

	if (!*access->group)
		return STATUS_OK;
	if (!find_group(access->group, &group))
		return group_error(access, SEVERITY_ERROR, address->text, errors);
	if (group == now || lchown(address->path, (uid_t)-1, group) == 0)
		return STATUS_OK;
	owner_name(geteuid(), user, sizeof user);
	snprintf(hint, sizeof hint, "usermod -a -G %s %s, or make the directory setgid to that group", access->group,
		 user);
	error_add(errors, SEVERITY_ERROR, address->text, hint, "the socket cannot be given to group \"%s\": %s",
		  access->group, strerror(errno));
	return STATUS_PERMISSION;
}

enum status listener_file_set_access(const struct listen_address *address, const struct listener_access *access,
				     struct error_list *errors, struct listener *listener)
{
	struct stat file;
	enum status status;

	if (lstat(address->path, &file))
		return directory_error(errno, address, access, SEVERITY_ERROR, address->text, errors);
	listener->path = address->path;
	listener->device = file.st_dev;
	listener->inode = file.st_ino;
	status = set_group(address, access, file.st_gid, errors);
	if (status == STATUS_OK && chmod(address->path, access->mode)) {
		error_add(errors, SEVERITY_ERROR, address->text, NULL, "the socket's mode cannot be set: %s",
			  strerror(errno));
		status = STATUS_PERMISSION;
	}
	return status;
}

enum status listener_file_bind(int fd, const struct listen_address *address, const struct listener_access *access,
			       struct error_list *errors, struct listener *listener)
{
	enum status status;
	mode_t old_mask;
	gid_t group;
	int result, error;

	if (*access->group && !find_group(access->group, &group))
		return group_error(access, SEVERITY_ERROR, address->text, errors);
	status = clear_stale_file(address, access, errors);
	if (status != STATUS_OK)
		return status;
	/* Nobody but us until the group is right. */
	old_mask = umask(S_IRWXG | S_IRWXO);
	result = bind(fd, &address->address.any, address->length);
	error = errno;
	umask(old_mask);
	if (result)
		return directory_error(error, address, access, SEVERITY_ERROR, address->text, errors);
	return listener_file_set_access(address, access, errors, listener);
}

void listener_file_check(const struct listen_address *address, const struct listener_access *access, const char *where,
			 struct error_list *errors)
{
	char directory[DIRECTORY_MAX];
	gid_t group;

	if (*access->group && !find_group(access->group, &group))
		group_error(access, SEVERITY_WARNING, where, errors);
	directory_of(address->path, directory);
	if (eaccess(directory, W_OK | X_OK))
		directory_error(errno, address, access, SEVERITY_WARNING, where, errors);
}
