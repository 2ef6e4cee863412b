/*
 * verifier_milter - stands in for OpenDKIM and OpenDMARC in tests: what a message asks for in X-Sandbox-Verify comes
 * back as an Authentication-Results field above it, as Debian's OpenDKIM with AuthservIDWithJobID writes it.
 *
 *   verifier_milter SOCKET AUTHSERV-ID
 */
#include <libmilter/mfapi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *authserv_id;

static void forget(SMFICTX *ctx)
{
	free(smfi_getpriv(ctx));
	smfi_setpriv(ctx, NULL);
}

static sfsistat on_envfrom(SMFICTX *ctx, char **argv)
{
	(void)argv;
	forget(ctx);
	return SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	if (strcasecmp(name, "X-Sandbox-Verify") == 0) {
		forget(ctx);
		smfi_setpriv(ctx, strdup(value));
	}
	return SMFIS_CONTINUE;
}

static sfsistat on_eom(SMFICTX *ctx)
{
	const char *result = smfi_getpriv(ctx);
	const char *queue_id = smfi_getsymval(ctx, "i");
	char value[1000];

	if (result) {
		snprintf(value, sizeof value, "%s/%s; %s", authserv_id, queue_id ? queue_id : "", result);
		smfi_insheader(ctx, 0, "Authentication-Results", value);
		smfi_chgheader(ctx, "X-Sandbox-Verify", 1, NULL);
	}
	forget(ctx);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	forget(ctx);
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	struct smfiDesc description = {
	    .xxfi_name = "verifier",
	    .xxfi_version = SMFI_VERSION,
	    .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS,
	    .xxfi_envfrom = on_envfrom,
	    .xxfi_header = on_header,
	    .xxfi_eom = on_eom,
	    .xxfi_abort = on_close,
	    .xxfi_close = on_close,
	};

	if (argc != 3) {
		fprintf(stderr, "usage: verifier_milter SOCKET AUTHSERV-ID\n");
		return 2;
	}
	authserv_id = argv[2];
	umask(0007);
	if (smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(description) != MI_SUCCESS ||
	    smfi_opensocket(1) != MI_SUCCESS)
		return 1;
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
