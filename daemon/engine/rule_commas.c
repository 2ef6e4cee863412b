#include "engine/rule_commas.h"

#include <stdio.h>

/* As much of libconfig's grammar as tells strings from the rest. */
struct scan {
	FILE *stream;
	unsigned int line;
	unsigned int arrays; /* open [ */
	bool string_before;  /* nothing but blanks and comments since a string */
};

static int next(struct scan *scan)
{
	int c = getc(scan->stream);

	if (c == '\n')
		scan->line++;
	return c;
}

static void skip_line(struct scan *scan)
{
	int c;

	do
		c = next(scan);
	while (c != '\n' && c != EOF);
}

static void skip_comment(struct scan *scan)
{
	int before = 0;
	int c;

	while ((c = next(scan)) != EOF && !(before == '*' && c == '/'))
		before = c;
}

static void skip_string(struct scan *scan)
{
	int c;

	while ((c = next(scan)) != EOF && c != '"')
		if (c == '\\')
			next(scan);
}

/* "//" and the C comment; any other slash is a syntax error that libconfig has reported. */
static void skip_slash(struct scan *scan)
{
	int c = next(scan);

	if (c == '/')
		skip_line(scan);
	else if (c == '*')
		skip_comment(scan);
}

static void take(struct scan *scan, int c, const char *path, struct error_list *errors)
{
	switch (c) {
	case '"':
		if (scan->string_before && scan->arrays)
			error_add_at(errors, SEVERITY_WARNING, path, scan->line, "write a comma before this string",
				     "two strings of a list without a comma between them are read as one");
		skip_string(scan);
		scan->string_before = true;
		break;
	case '#':
		skip_line(scan);
		break;
	case '/':
		skip_slash(scan);
		break;
	case '[':
		scan->arrays++;
		scan->string_before = false;
		break;
	case ']':
		scan->arrays -= scan->arrays > 0;
		scan->string_before = false;
		break;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case '\f':
		break;
	default:
		scan->string_before = false;
	}
}

void rule_commas_check(const char *path, struct error_list *errors)
{
	struct scan scan = {.stream = fopen(path, "re"), .line = 1};
	int c;

	if (!scan.stream)
		return;
	while ((c = next(&scan)) != EOF)
		take(&scan, c, path, errors);
	fclose(scan.stream);
}
