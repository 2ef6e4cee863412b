# Files unwanted outreach by its class into a folder of its own. A user's script, or sieve_before for everybody.
require ["fileinto", "mailbox"];

if header :is "X-Coldshoulder-Class" ["cold", "linkedin", "template"] {
    fileinto :create "Outreach";
    stop;
}

# Digests and marketing of LinkedIn and the like, if you want them out of the way too:
# if header :is "X-Coldshoulder-Class" "digest" { fileinto :create "Outreach"; stop; }
