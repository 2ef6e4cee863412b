# A screener: whoever nobody here has ever written to waits in a folder, however harmless the mail looks. Answer one of
# them, and that sender is no stranger any more. Lists, newsletters and machines are left alone.
require ["fileinto", "mailbox"];

if allof (
    header :is "X-Coldshoulder-Relation" "stranger",
    not anyof (exists "List-Id", exists "List-Unsubscribe"),
    not header :contains "Auto-Submitted" "auto",
    not header :is "Precedence" ["bulk", "list", "junk"]
) {
    fileinto :create "Screener";
    stop;
}
