#include "milter/negotiation.h"

#include <libmilter/mfdef.h>

static const unsigned long wanted_actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;

static const unsigned long wanted_protocol = SMFIP_NOUNKNOWN | SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_RCPT |
					     SMFIP_NR_DATA | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_SKIP |
					     SMFIP_HDR_LEADSPC;

struct negotiation negotiation_choose(unsigned long offered_actions, unsigned long offered_protocol, bool split)
{
	unsigned long wanted = split ? wanted_protocol & ~(unsigned long)SMFIP_NR_RCPT : wanted_protocol;

	return (struct negotiation){
	    .actions = wanted_actions & offered_actions,
	    .protocol = wanted & offered_protocol,
	};
}

bool negotiation_ask_macros(SMFICTX *ctx, const struct negotiation *negotiation)
{
	if (!(negotiation->actions & SMFIF_SETSYMLIST))
		return true;
	/* A list replaces the MTA's own for that stage. */
	return smfi_setsymlist(
		   ctx, SMFIM_CONNECT,
		   "j v _ {daemon_name} {daemon_port} {client_addr} {client_name} {client_port} {client_ptr} "
		   "{client_resolve}") == MI_SUCCESS &&
	       smfi_setsymlist(ctx, SMFIM_ENVFROM, "i {auth_type} {auth_authen} {mail_addr}") == MI_SUCCESS &&
	       smfi_setsymlist(ctx, SMFIM_ENVRCPT, "i") == MI_SUCCESS &&
	       smfi_setsymlist(ctx, SMFIM_EOM, "i") == MI_SUCCESS;
}
