# Run by Dovecot when somebody moves a message into "Outreach".
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];

if environment :matches "imap.user" "*" { set "user" "${1}"; }
pipe :copy "coldshoulder-teach" [ "cold", "${user}" ];
