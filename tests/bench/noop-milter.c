/*
 * noop-milter - the floor for benchmarks: a filter that copies header and body into one buffer, as any content filter
 * must, looks at nothing, and adds one header field.
 *
 *   noop-milter SOCKET
 */
#include "base/buf.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long offered_actions, unsigned long offered_protocol,
			     unsigned long offered_2, unsigned long offered_3, unsigned long *ret_actions,
			     unsigned long *ret_protocol, unsigned long *ret_2, unsigned long *ret_3)
{
	(void)ctx;
	(void)offered_2;
	(void)offered_3;
	*ret_actions = SMFIF_ADDHDRS & offered_actions;
	*ret_protocol = (SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NORCPT | SMFIP_NODATA | SMFIP_NOEOH | SMFIP_NOUNKNOWN |
			 SMFIP_NR_HDR | SMFIP_HDR_LEADSPC) &
			offered_protocol;
	*ret_2 = 0;
	*ret_3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat on_envfrom(SMFICTX *ctx, char **argv)
{
	struct buf *copy = smfi_getpriv(ctx);

	(void)argv;
	if (!copy) {
		copy = malloc(sizeof *copy);
		if (!copy || smfi_setpriv(ctx, copy) != MI_SUCCESS) {
			free(copy);
			return SMFIS_TEMPFAIL;
		}
		*copy = buf_make(NULL);
	}
	buf_clear(copy);
	return SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct buf *copy = smfi_getpriv(ctx);

	if (copy) {
		buf_add(copy, name, strlen(name));
		buf_add(copy, value, strlen(value));
	}
	return SMFIS_NOREPLY;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *bytes, size_t n)
{
	struct buf *copy = smfi_getpriv(ctx);

	if (!copy)
		return SMFIS_TEMPFAIL;
	buf_add(copy, bytes, n);
	return buf_failed(copy) ? SMFIS_TEMPFAIL : SMFIS_CONTINUE;
}

static sfsistat on_eom(SMFICTX *ctx)
{
	return smfi_insheader(ctx, 1, "X-Noop", " yes") == MI_SUCCESS ? SMFIS_ACCEPT : SMFIS_TEMPFAIL;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct buf *copy = smfi_getpriv(ctx);

	if (copy)
		buf_free(copy);
	free(copy);
	(void)smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	const struct smfiDesc description = {
	    .xxfi_name = "noop",
	    .xxfi_version = SMFI_VERSION,
	    .xxfi_flags = SMFIF_ADDHDRS,
	    .xxfi_envfrom = on_envfrom,
	    .xxfi_header = on_header,
	    .xxfi_body = on_body,
	    .xxfi_eom = on_eom,
	    .xxfi_close = on_close,
	    .xxfi_negotiate = on_negotiate,
	};

	if (argc != 2)
		return 2;
	umask(S_IRWXO);
	if (smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(description) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS)
		return 1;
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
