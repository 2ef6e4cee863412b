#include "fake_milter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct smfi_str fake_milter_make(void)
{
	return (struct smfi_str){.edits_until_failure = -1};
}

void fake_milter_macro(struct smfi_str *ctx, const char *name, const char *value)
{
	size_t i = 0;

	while (i < FAKE_MACROS - 1 && ctx->macro_names[i] && strcmp(ctx->macro_names[i], name) != 0)
		i++;
	ctx->macro_names[i] = name;
	ctx->macro_values[i] = value;
}

char *smfi_getsymval(SMFICTX *ctx, char *name)
{
	for (size_t i = 0; i < FAKE_MACROS && ctx->macro_names[i]; i++)
		if (strcmp(ctx->macro_names[i], name) == 0)
			return (char *)ctx->macro_values[i];
	return NULL;
}

void *smfi_getpriv(SMFICTX *ctx)
{
	return ctx->private_data;
}

int smfi_setpriv(SMFICTX *ctx, void *data)
{
	ctx->private_data = data;
	return MI_SUCCESS;
}

static int record(SMFICTX *ctx, char kind, int index, const char *name, const char *value)
{
	struct fake_edit *edit = &ctx->edits[ctx->edit_count];

	if (ctx->edits_until_failure == 0 || ctx->edit_count == FAKE_EDITS)
		return MI_FAILURE;
	ctx->edits_until_failure--;
	ctx->edit_count++;
	edit->kind = kind;
	edit->index = index;
	snprintf(edit->name, sizeof edit->name, "%s", name);
	snprintf(edit->value, sizeof edit->value, "%s", value ? value : "");
	return MI_SUCCESS;
}

int smfi_chgheader(SMFICTX *ctx, char *name, int index, char *value)
{
	return record(ctx, 'm', index, name, value);
}

int smfi_insheader(SMFICTX *ctx, int index, char *name, char *value)
{
	return record(ctx, 'i', index, name, value);
}

int smfi_quarantine(SMFICTX *ctx, char *reason)
{
	return record(ctx, 'q', 0, "", reason);
}

int smfi_setreply(SMFICTX *ctx, char *code, char *enhanced, char *text)
{
	snprintf(ctx->reply, sizeof ctx->reply, "%s %s %s", code, enhanced, text);
	return MI_SUCCESS;
}

int smfi_setmlreply(SMFICTX *ctx, const char *code, const char *enhanced, ...)
{
	size_t n = (size_t)snprintf(ctx->reply, sizeof ctx->reply, "%s %s ", code, enhanced);
	const char *line, *separator = "";
	va_list lines;

	va_start(lines, enhanced);
	while ((line = va_arg(lines, const char *))) {
		n += (size_t)snprintf(ctx->reply + n, sizeof ctx->reply - n, "%s%s", separator, line);
		separator = "\n";
	}
	va_end(lines);
	return MI_SUCCESS;
}

int smfi_setsymlist(SMFICTX *ctx, int stage, char *names)
{
	size_t n = strlen(ctx->symbol_lists);

	snprintf(ctx->symbol_lists + n, sizeof ctx->symbol_lists - n, "%d:%s;", stage, names);
	return MI_SUCCESS;
}
