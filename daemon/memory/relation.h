/*
 * relation - how close a local mailbox and a remote one are. Only what our side did makes anyone more than a stranger.
 */
#ifndef COLDSHOULDER_MEMORY_RELATION_H
#define COLDSHOULDER_MEMORY_RELATION_H

/* Ordered by how close; unknown (the store could not be asked) is never treated as stranger. */
enum relation { RELATION_UNKNOWN, RELATION_STRANGER, RELATION_KNOWN, RELATION_MUTUAL };

/* Whose writing counts for a relation. Ordered from narrow to wide; each includes the ones before it. */
enum relation_scope {
	RELATION_SCOPE_MAILBOX, /* this local mailbox wrote to this remote one */
	RELATION_SCOPE_SITE,    /* anybody here wrote to this remote mailbox */
	RELATION_SCOPE_DOMAIN   /* anybody here wrote to anybody at its domain; never for free-mail domains */
};

#endif
