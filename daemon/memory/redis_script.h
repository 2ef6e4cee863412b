/*
 * redis_script - what the Redis server does for us in one step, so that several hosts can share it.
 *
 * One Lua script; its first argument is the name of the step. All keys begin with the prefix, which carries a hash tag,
 * so that they lie in one slot. Keys (P is the prefix, hashes are 16 hexadecimal digits):
 *
 *   P:meta          hash    version, key (the key file's fingerprint), next (the last template's id), learned (how
 * many) P:l             hash    learning: b (bootstrapped), d (days of outbound mail), t (the last of them) P:c:REMOTE
 * hash    LOCALw, LOCALr: the last day we wrote and they did; w, r: the whole site; n, a: recipients, answers
 *   P:m:MESSAGE     string  the day a Message-ID of ours was sent
 *   P:p:LOCAL       hash    NAME: the last day
 *   P:o:OFFENDER    hash    n, at: offences, and when the last was
 *   P:f:USER:DAY    string  first contacts
 *   P:q:MESSAGE     string  a counted message: flags, time
 *   P:t:ID          hash    k (sketch), l (learned), e (epoch of its bands); RECIPIENTSENDER: domain and time of a
 * sighting P:b:EPOCH:N     hash    BAND and value, 4 bytes: ids of templates; 16384 of them an epoch, "L" for learned
 * templates P:w:INSTANCE    string  the last batch of a process
 *
 * An epoch is as long as templates are kept: their bands lie in the epoch of the last sighting or the one before, and
 * go, like everything else, by the expiry of keys.
 */
#ifndef COLDSHOULDER_MEMORY_REDIS_SCRIPT_H
#define COLDSHOULDER_MEMORY_REDIS_SCRIPT_H

extern const char redis_script[];

#endif
