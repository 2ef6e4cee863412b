# Run by Dovecot when somebody moves a message out of "Outreach". What goes to the bin is not forgiven.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];

if environment :matches "imap.mailbox" ["Trash", "Deleted*", "Junk"] { stop; }
if environment :matches "imap.user" "*" { set "user" "${1}"; }
if address :matches "From" "*" { set "from" "${1}"; }
pipe :copy "coldshoulder-teach" [ "good", "${user}", "${from}" ];
