/*
 * mail_file - RFC 5322 files as an MTA hands them to a milter: header fields one by one, body with CRLF.
 *
 * For test programs: running out of memory or an unreadable file ends the program.
 */
#ifndef COLDSHOULDER_BENCH_MAIL_FILE_H
#define COLDSHOULDER_BENCH_MAIL_FILE_H

#include "base/list.h"
#include "base/str.h"

struct mail_field {
	char *name;
	char *value; /* everything behind the colon; folded lines end with LF */
};

struct mail_file {
	char *path;
	struct list fields; /* of struct mail_field */
	struct str body;
	char *from; /* address of Return-Path or From; "sender@client.test.example" when there is none */
};

/* Adds the file, or every file below the directory in order of name, to `files` (of struct mail_file). */
void mail_file_add(struct list *files, const char *path);

#endif
