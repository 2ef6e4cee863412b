# For those who want a score and no class: RFC 5235, by the settings of 90-coldshoulder.conf. It needs mark_as_spam in
# coldshoulder.conf, which writes X-Spam-Status.
require ["spamtestplus", "fileinto", "mailbox", "relational", "comparator-i;ascii-numeric"];

if spamtest :value "ge" :comparator "i;ascii-numeric" :percent "100" {
    fileinto :create "Junk";
    stop;
}
