#include "base/fd.h"
#include "cli/doctor.h"
#include "cli/probe.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *path_of(const char *socket_name)
{
	return strncmp(socket_name, "unix:", 5) == 0 ? socket_name + 5 : NULL;
}

/* In a child, as that user: the errno of connect(), or -1 when it could not be tried. */
static int connect_as(const struct passwd *user, const char *path)
{
	pid_t child = fork();
	int state;

	if (child == 0) {
		if (initgroups(user->pw_name, user->pw_gid) || setgid(user->pw_gid) || setuid(user->pw_uid))
			_exit(255);
		_exit(fd_connect(path) >= 0 ? 0 : errno);
	}
	if (child < 0 || waitpid(child, &state, 0) != child || !WIFEXITED(state) || WEXITSTATUS(state) == 255)
		return -1;
	return WEXITSTATUS(state);
}

/* A directory may be shared with others: its owner and mode are the postmaster's to change. */
static void say_denied(struct doctor *doctor, const char *path, const struct passwd *user)
{
	const struct group *group = getgrgid(user->pw_gid);
	const char *slash = strrchr(path, '/');
	char mend[512];

	snprintf(mend, sizeof mend,
		 "socket_group = \"%s\"; in coldshoulder.conf, then a restart; that group must be able to enter %.*s",
		 group ? group->gr_name : user->pw_name, slash ? (int)(slash - path) : 1, slash ? path : ".");
	doctor_say(doctor, FINDING_FAILURE, mend, "user %s may not open the socket %s", user->pw_name, path);
}

static void check_access(struct doctor *doctor, const char *path, const char *mail_owner)
{
	const struct passwd *user = mail_owner ? getpwnam(mail_owner) : NULL;
	int error;

	if (!user)
		return;
	if (geteuid() != 0) {
		doctor_say(doctor, FINDING_NOTE, "sudo coldshoulder doctor",
			   "whether user %s may open the socket can only be tried by root", mail_owner);
		return;
	}
	error = connect_as(user, path);
	if (error == 0)
		doctor_say(doctor, FINDING_OK, NULL, "socket: user %s may open %s", mail_owner, path);
	else if (error == EACCES || error == EPERM)
		say_denied(doctor, path, user);
	else if (error > 0)
		doctor_say(doctor, FINDING_FAILURE, "systemctl restart coldshoulder", "the socket %s: %s", path,
			   strerror(error));
}

void doctor_check_socket(struct doctor *doctor, const char *mail_owner)
{
	const char *path = path_of(doctor->socket);
	struct stat file;
	char why[256];

	if (path && stat(path, &file) != 0) {
		doctor_say(doctor, FINDING_FAILURE, "systemctl start coldshoulder; see its log", "the socket %s: %s",
			   path, strerror(errno));
		return;
	}
	if (path && !S_ISSOCK(file.st_mode)) {
		doctor_say(doctor, FINDING_FAILURE, "choose another path in coldshoulder.conf", "%s is no socket",
			   path);
		return;
	}
	if (path)
		check_access(doctor, path, mail_owner);
	else
		doctor_say(doctor, FINDING_NOTE, "socket = \"unix:/var/spool/postfix/coldshoulder/coldshoulder.sock\";",
			   "a unix socket is faster, and not open to everybody on this host: %s", doctor->socket);
	if (probe_milter(doctor->socket, "DOCTOR", why, sizeof why))
		doctor_say(doctor, FINDING_OK, NULL,
			   "milter: a message went through (to postmaster; nothing is learned)");
	else
		doctor_say(doctor, FINDING_FAILURE, "journalctl -u coldshoulder says why",
			   "a message through the milter socket: %s", why);
}
