#include "memory/redis_script.h"

/* The common part: P and what the steps share. */
#define SCRIPT_COMMON                                                                                     \
	"local P, call, A = KEYS[1], redis.call, ARGV\n"                                                  \
	"local function num(v) return tonumber(v or 0) or 0 end\n"                                        \
	"local function keep(key, ttl) if call('TTL', key) < ttl then call('EXPIRE', key, ttl) end end\n" \
	"local function raise(key, field, day)\n"                                                         \
	"  local old = num(call('HGET', key, field))\n"                                                   \
	"  if old < day then call('HSET', key, field, day) end\n"                                         \
	"  return old\n"                                                                                  \
	"end\n"

/* Templates: finding one by its bands, verified by its sketch; keeping the bands. */
#define SCRIPT_TEMPLATES                                                                                               \
	"local function place(epoch, sketch, band)\n"                                                                  \
	"  local value = string.sub(sketch, band * 3 + 1, band * 3 + 3)\n"                                             \
	"  local x, y, z = string.byte(value, 1, 3)\n"                                                                 \
	"  local bucket = (band * 7919 + x + y * 256 + z * 65536) % 16384\n"                                           \
	"  return P .. ':b:' .. epoch .. ':' .. bucket, string.char(band) .. value\n"                                  \
	"end\n"                                                                                                        \
	"local function alike(a, b, least)\n"                                                                          \
	"  local x, y, equal = {string.byte(a, 1, 127)}, {string.byte(b, 1, 127)}, 0\n"                                \
	"  for i = 1, 126 do if x[i] == y[i] then equal = equal + 1 end end\n"                                         \
	"  local short, long = math.min(x[127], y[127]), math.max(x[127], y[127])\n"                                   \
	"  return equal >= least and 2 * short >= long and equal or 0\n"                                               \
	"end\n"                                                                                                        \
	"local function find(sketch, epoch, least)\n"                                                                  \
	"  local hits, order = {}, {}\n"                                                                               \
	"  local learned = num(call('HGET', P .. ':meta', 'learned')) > 0 and 'L' or nil\n"                            \
	"  for _, e in ipairs({epoch, epoch - 1, learned}) do\n"                                                       \
	"    for band = 0, 41 do\n"                                                                                    \
	"      local ids = call('HGET', place(e, sketch, band))\n"                                                     \
	"      for id in string.gmatch(ids or '', '%d+') do\n"                                                         \
	"        if not hits[id] then order[#order + 1] = id end\n"                                                    \
	"        hits[id] = (hits[id] or 0) + 1\n"                                                                     \
	"      end\n"                                                                                                  \
	"    end\n"                                                                                                    \
	"  end\n"                                                                                                      \
	"  table.sort(order, function(a, b)\n"                                                                         \
	"    if hits[a] ~= hits[b] then return hits[a] > hits[b] end\n"                                                \
	"    return tonumber(a) < tonumber(b)\n"                                                                       \
	"  end)\n"                                                                                                     \
	"  local best, most = nil, 0\n"                                                                                \
	"  for i = 1, math.min(#order, 32) do\n"                                                                       \
	"    local other = call('HGET', P .. ':t:' .. order[i], 'k')\n"                                                \
	"    local equal = other and alike(sketch, other, least) or 0\n"                                               \
	"    if equal > most then best, most = order[i], equal end\n"                                                  \
	"  end\n"                                                                                                      \
	"  return best\n"                                                                                              \
	"end\n"                                                                                                        \
	"local function add_bands(id, sketch, epoch, ttl)\n"                                                           \
	"  for band = 0, 41 do\n"                                                                                      \
	"    local key, field = place(epoch, sketch, band)\n"                                                          \
	"    local ids = call('HGET', key, field) or ''\n"                                                             \
	"    if #ids < 200 and not string.find(',' .. ids .. ',', ',' .. id .. ',', 1, true) then\n"                   \
	"      call('HSET', key, field, ids == '' and id or ids .. ',' .. id)\n"                                       \
	"    end\n"                                                                                                    \
	"    if ttl then call('EXPIRE', key, ttl, 'NX') end\n"                                                         \
	"  end\n"                                                                                                      \
	"end\n"                                                                                                        \
	"local function remove_learned_bands(id, sketch)\n"                                                            \
	"  for band = 0, 41 do\n"                                                                                      \
	"    local key, field = place('L', sketch, band)\n"                                                            \
	"    local left = {}\n"                                                                                        \
	"    for other in string.gmatch(call('HGET', key, field) or '', '%d+') do\n"                                   \
	"      if other ~= id then left[#left + 1] = other end\n"                                                      \
	"    end\n"                                                                                                    \
	"    if #left == 0 then call('HDEL', key, field) else call('HSET', key, field, table.concat(left, ',')) end\n" \
	"  end\n"                                                                                                      \
	"end\n"                                                                                                        \
	"local function add_template(sketch, epoch, ttl)\n"                                                            \
	"  local id = tostring(call('HINCRBY', P .. ':meta', 'next', 1))\n"                                            \
	"  call('HSET', P .. ':t:' .. id, 'k', sketch, 'l', 0, 'e', epoch)\n"                                          \
	"  call('EXPIRE', P .. ':t:' .. id, ttl)\n"                                                                    \
	"  add_bands(id, sketch, epoch, 2 * ttl)\n"                                                                    \
	"  return id\n"                                                                                                \
	"end\n"                                                                                                        \
	"local function set_learned(id, learned, epoch, ttl)\n"                                                        \
	"  local key = P .. ':t:' .. id\n"                                                                             \
	"  local sketch = call('HGET', key, 'k')\n"                                                                    \
	"  if not sketch then return 0 end\n"                                                                          \
	"  local change = (learned and 1 or 0) - num(call('HGET', key, 'l'))\n"                                        \
	"  call('HINCRBY', P .. ':meta', 'learned', change)\n"                                                         \
	"  call('HSET', key, 'l', learned and 1 or 0)\n"                                                               \
	"  if learned then\n"                                                                                          \
	"    call('PERSIST', key)\n"                                                                                   \
	"    add_bands(id, sketch, 'L')\n"                                                                             \
	"  else\n"                                                                                                     \
	"    remove_learned_bands(id, sketch)\n"                                                                       \
	"    add_bands(id, sketch, epoch, 2 * ttl)\n"                                                                  \
	"    call('HSET', key, 'e', epoch)\n"                                                                          \
	"    call('EXPIRE', key, ttl)\n"                                                                               \
	"  end\n"                                                                                                      \
	"  return 1\n"                                                                                                 \
	"end\n"                                                                                                        \
	"local function add_sighting(id, member, domain, at, epoch, ttl)\n"                                            \
	"  local key = P .. ':t:' .. id\n"                                                                             \
	"  local old = call('HGET', key, member)\n"                                                                    \
	"  if not old or num(string.sub(old, 10)) < num(at) then\n"                                                    \
	"    call('HSET', key, member, domain .. ' ' .. at)\n"                                                         \
	"  end\n"                                                                                                      \
	"  if call('HLEN', key) > 67 then\n"                                                                           \
	"    local all, oldest, when = call('HGETALL', key), nil, nil\n"                                               \
	"    for i = 1, #all, 2 do\n"                                                                                  \
	"      local t = #all[i] == 16 and num(string.sub(all[i + 1], 10))\n"                                          \
	"      if t and (not when or t < when) then oldest, when = all[i], t end\n"                                    \
	"    end\n"                                                                                                    \
	"    call('HDEL', key, oldest)\n"                                                                              \
	"  end\n"                                                                                                      \
	"  if call('HGET', key, 'l') == '1' then return end\n"                                                         \
	"  keep(key, ttl)\n"                                                                                           \
	"  if num(call('HGET', key, 'e')) < epoch then\n"                                                              \
	"    add_bands(id, call('HGET', key, 'k'), epoch, 2 * ttl)\n"                                                  \
	"    call('HSET', key, 'e', epoch)\n"                                                                          \
	"  end\n"                                                                                                      \
	"end\n"

/*
 * look_up INSTANCE OUTBOUND SCOPE WROTE_CUT RECEIVED_CUT PERSON OFFENDER USER:DAY OFFENCE_MESSAGE PAIRS COMPANIONS
 * REFERENCES SKETCH EPOCH LEAST, then REMOTE DOMAIN LOCAL COUNTED for each pair, companions, references. Answers a
 * list: 13 values of the message, 8 of each pair, then sightings.
 */
#define SCRIPT_LOOK_UP                                                                                                  \
	"local function look_up()\n"                                                                                    \
	"  local pairs_n, companions_n, references_n = num(A[11]), num(A[12]), num(A[13])\n"                            \
	"  local outbound, scope, wrote_cut, received_cut = A[3] == '1', num(A[4]), num(A[5]), num(A[6])\n"             \
	"  local at, rows, locals, closest, farthest = 16, {}, {}, false, false\n"                                      \
	"  local companion, reference, person = 0, 0, 0\n"                                                              \
	"  for i = 1, pairs_n do\n"                                                                                     \
	"    local remote, domain, here, counted = A[at + 1], A[at + 2], A[at + 3], A[at + 4]\n"                        \
	"    at = at + 4\n"                                                                                             \
	"    locals[i] = here\n"                                                                                        \
	"    local c = call('HMGET', P .. ':c:' .. remote, here .. 'w', here .. 'r', 'w', 'r', 'n', 'a')\n"             \
	"    local d = domain ~= '0' and num(call('HGET', P .. ':c:' .. domain, 'w')) or 0\n"                           \
	"    local q = counted ~= '0' and call('GET', P .. ':q:' .. counted) or ''\n"                                   \
	"    local known = num(c[1]) >= wrote_cut or (outbound and num(c[2]) >= received_cut) or\n"                     \
	"      (scope >= 1 and num(c[3]) >= wrote_cut) or (scope >= 2 and d >= wrote_cut)\n"                            \
	"    closest, farthest = closest or known, farthest or not known\n"                                             \
	"    for k = 1, 6 do rows[#rows + 1] = num(c[k]) end\n"                                                         \
	"    rows[#rows + 1] = d\n"                                                                                     \
	"    rows[#rows + 1] = q or ''\n"                                                                               \
	"    if A[7] ~= '0' then person = math.max(person, num(call('HGET', P .. ':p:' .. here, A[7]))) end\n"          \
	"  end\n"                                                                                                       \
	"  for i = 1, companions_n do\n"                                                                                \
	"    for k = 1, pairs_n do\n"                                                                                   \
	"      companion = math.max(companion, num(call('HGET', P .. ':c:' .. A[at + i], locals[k] .. 'w')))\n"         \
	"    end\n"                                                                                                     \
	"  end\n"                                                                                                       \
	"  at = at + companions_n\n"                                                                                    \
	"  for i = 1, references_n do reference = math.max(reference, num(call('GET', P .. ':m:' .. A[at + i]))) end\n" \
	"  local learning = call('HMGET', P .. ':l', 'b', 'd')\n"                                                       \
	"  local offence = A[8] ~= '0' and call('HMGET', P .. ':o:' .. A[8], 'n', 'at') or {}\n"                        \
	"  local budget = A[9] ~= '' and num(call('GET', P .. ':f:' .. A[9])) or 0\n"                                   \
	"  local counted = A[10] ~= '0' and call('GET', P .. ':q:' .. A[10]) or ''\n"                                   \
	"  local id, learned, seen = 0, 0, {}\n"                                                                        \
	"  local stranger = outbound and farthest or not outbound and not closest\n"                                    \
	"  if A[14] ~= '' and stranger then\n"                                                                          \
	"    id = find(A[14], num(A[15]), num(A[16])) or 0\n"                                                           \
	"    local all = id ~= 0 and call('HGETALL', P .. ':t:' .. id) or {}\n"                                         \
	"    for i = 1, #all, 2 do\n"                                                                                   \
	"      if all[i] == 'l' then learned = num(all[i + 1]) end\n"                                                   \
	"      if #all[i] == 16 then seen[#seen + 1] = all[i] .. ' ' .. all[i + 1] end\n"                               \
	"    end\n"                                                                                                     \
	"  end\n"                                                                                                       \
	"  local answer = {num(call('GET', P .. ':w:' .. A[2])), num(learning[1]), num(learning[2]), companion,\n"      \
	"    reference, person, num(offence[1]), num(offence[2]), budget, counted or '', num(id), learned, #seen}\n"    \
	"  for i = 1, #rows do answer[#answer + 1] = rows[i] end\n"                                                     \
	"  for i = 1, #seen do answer[#answer + 1] = seen[i] end\n"                                                     \
	"  return answer\n"                                                                                             \
	"end\n"

/* What is learned. */
#define SCRIPT_LEARN                                                                                 \
	"local step = {look_up = look_up}\n"                                                         \
	"function step.wrote()\n" /* REMOTE DOMAIN LOCAL USER:DAY OFFENDER DAY TTL FIRST CUT */      \
	"  local key, here, day, ttl = P .. ':c:' .. A[2], A[4], num(A[7]), num(A[8])\n"             \
	"  local received = num(call('HGET', key, here .. 'r'))\n"                                   \
	"  local first = raise(key, here .. 'w', day) < num(A[10])\n"                                \
	"  if A[9] == '1' and first and A[5] ~= '' then\n"                                           \
	"    call('INCR', P .. ':f:' .. A[5])\n"                                                     \
	"    call('EXPIRE', P .. ':f:' .. A[5], 259200)\n"                                           \
	"  end\n"                                                                                    \
	"  if first and received > 0 then call('HINCRBY', key, 'a', 1) end\n"                        \
	"  raise(key, 'w', day)\n"                                                                   \
	"  keep(key, ttl)\n"                                                                         \
	"  if A[3] ~= '0' then\n"                                                                    \
	"    raise(P .. ':c:' .. A[3], 'w', day)\n"                                                  \
	"    keep(P .. ':c:' .. A[3], ttl)\n"                                                        \
	"  end\n"                                                                                    \
	"  if A[6] ~= '0' then call('DEL', P .. ':o:' .. A[6]) end\n"                                \
	"end\n"                                                                                      \
	"function step.received()\n" /* REMOTE LOCAL DAY TTL CUT */                                  \
	"  local key, day, cut = P .. ':c:' .. A[2], num(A[4]), num(A[6])\n"                         \
	"  local before = raise(key, A[3] .. 'r', day)\n"                                            \
	"  if before >= day then return end\n"                                                       \
	"  if num(call('HGET', key, 'r')) < cut then call('HDEL', key, 'n', 'a') end\n"              \
	"  raise(key, 'r', day)\n"                                                                   \
	"  if before < cut then call('HINCRBY', key, 'n', 1) end\n"                                  \
	"  keep(key, num(A[5]))\n"                                                                   \
	"end\n"                                                                                      \
	"function step.sent()\n" /* MESSAGE DAY TTL */                                               \
	"  local key = P .. ':m:' .. A[2]\n"                                                         \
	"  if num(call('GET', key)) < num(A[3]) then call('SET', key, A[3], 'EX', A[4]) end\n"       \
	"end\n"                                                                                      \
	"function step.person()\n" /* LOCAL NAME DAY TTL */                                          \
	"  raise(P .. ':p:' .. A[2], A[3], num(A[4]))\n"                                             \
	"  keep(P .. ':p:' .. A[2], num(A[5]))\n"                                                    \
	"end\n"                                                                                      \
	"function step.counted()\n" /* MESSAGE VALUE TTL */                                          \
	"  call('SET', P .. ':q:' .. A[2], A[3], 'EX', A[4], 'NX')\n"                                \
	"end\n"                                                                                      \
	"function step.offence()\n" /* MESSAGE OFFENDER AT COUNTED_TTL SPAN */                       \
	"  if not call('SET', P .. ':q:' .. A[2], '0 ' .. A[4], 'EX', A[5], 'NX') then return end\n" \
	"  local key, at, span = P .. ':o:' .. A[3], num(A[4]), num(A[6])\n"                         \
	"  local old = call('HMGET', key, 'n', 'at')\n"                                              \
	"  local n = num(old[1]) - math.max(0, math.floor((at - num(old[2])) / span))\n"             \
	"  n = math.max(0, n) + 1\n"                                                                 \
	"  call('HSET', key, 'n', n, 'at', A[4])\n"                                                  \
	"  call('EXPIRE', key, span * n)\n"                                                          \
	"end\n"                                                                                      \
	"function step.sighting()\n" /* SKETCH MEMBER DOMAIN AT TTL EPOCH LEAST */                   \
	"  local epoch, ttl = num(A[7]), num(A[6])\n"                                                \
	"  local id = find(A[2], epoch, num(A[8])) or add_template(A[2], epoch, ttl)\n"              \
	"  add_sighting(id, A[3], A[4], A[5], epoch, ttl)\n"                                         \
	"end\n"                                                                                      \
	"function step.outbound()\n" /* DAY */                                                       \
	"  if num(call('HGET', P .. ':l', 't')) >= num(A[2]) then return end\n"                      \
	"  call('HSET', P .. ':l', 't', A[2])\n"                                                     \
	"  call('HINCRBY', P .. ':l', 'd', 1)\n"                                                     \
	"end\n"                                                                                      \
	"function step.bootstrapped() call('HSET', P .. ':l', 'b', 1) end\n"                         \
	"function step.applied() call('SET', P .. ':w:' .. A[2], A[3], 'EX', 86400) end\n"

/* What the tool asks for. */
#define SCRIPT_TOOL                                                                                                      \
	"function step.learn()\n" /* SKETCH LEARNED EPOCH LEAST TTL */                                                   \
	"  local epoch, ttl = num(A[4]), num(A[6])\n"                                                                    \
	"  local id = find(A[2], epoch, num(A[5]))\n"                                                                    \
	"  if not id and A[3] == '1' then id = add_template(A[2], epoch, ttl) end\n"                                     \
	"  if id then set_learned(id, A[3] == '1', epoch, ttl) end\n"                                                    \
	"  return num(id)\n"                                                                                             \
	"end\n"                                                                                                          \
	"function step.mark() return set_learned(A[2], A[3] == '1', num(A[4]), num(A[5])) end\n"                         \
	"function step.contact()\n" /* REMOTE LOCAL WROTE RECEIVED RECIPIENTS ANSWERS TTL */                             \
	"  local key, here = P .. ':c:' .. A[2], A[3] == '0000000000000000' and '' or A[3]\n"                            \
	"  for i, field in ipairs({here .. 'w', here .. 'r', 'n', 'a'}) do\n"                                            \
	"    if num(A[3 + i]) > 0 then raise(key, field, num(A[3 + i])) end\n"                                           \
	"  end\n"                                                                                                        \
	"  keep(key, num(A[8]))\n"                                                                                       \
	"end\n"                                                                                                          \
	"function step.offences()\n" /* OFFENDER COUNT AT TTL */                                                         \
	"  local key = P .. ':o:' .. A[2]\n"                                                                             \
	"  if num(call('HGET', key, 'at')) >= num(A[4]) then return end\n"                                               \
	"  call('HSET', key, 'n', A[3], 'at', A[4])\n"                                                                   \
	"  call('EXPIRE', key, A[5])\n"                                                                                  \
	"end\n"                                                                                                          \
	"function step.template()\n" /* SKETCH LEARNED EPOCH LEAST TTL, then MEMBER DOMAIN AT of each sighting */        \
	"  local epoch, ttl = num(A[4]), num(A[6])\n"                                                                    \
	"  local id = find(A[2], epoch, num(A[5])) or add_template(A[2], epoch, ttl)\n"                                  \
	"  for i = 7, #A, 3 do add_sighting(id, A[i], A[i + 1], A[i + 2], epoch, ttl) end\n"                             \
	"  if A[3] == '1' then set_learned(id, true, epoch, ttl) end\n"                                                  \
	"end\n"                                                                                                          \
	"function step.learning()\n" /* BOOTSTRAPPED DAYS */                                                             \
	"  if A[2] == '1' then call('HSET', P .. ':l', 'b', 1) end\n"                                                    \
	"  raise(P .. ':l', 'd', num(A[3]))\n"                                                                           \
	"end\n"                                                                                                          \
	"local function each_key(cursor, visit)\n"                                                                       \
	"  local found = call('SCAN', cursor, 'MATCH', A[3] .. ':*', 'COUNT', 500)\n"                                    \
	"  for _, key in ipairs(found[2]) do visit(key, string.sub(key, #P + 2, #P + 2), string.sub(key, #P + 4)) end\n" \
	"  return found[1]\n"                                                                                            \
	"end\n"                                                                                                          \
	"function step.forget()\n" /* CURSOR PATTERN HASH */                                                             \
	"  local hash, half, count = A[4], string.sub(A[4], 9), 0\n"                                                     \
	"  local cursor = each_key(A[2], function(key, kind, name)\n"                                                    \
	"    if (kind == 'c' or kind == 'p' or kind == 'o') and name == hash or\n"                                       \
	"        kind == 'f' and string.sub(name, 1, 16) == hash then\n"                                                 \
	"      count = count + math.max(1, kind == 'c' and math.floor(call('HLEN', key) / 2) or 1)\n"                    \
	"      call('DEL', key)\n"                                                                                       \
	"    elseif kind == 'c' then\n"                                                                                  \
	"      count = count + (call('HDEL', key, hash .. 'w', hash .. 'r') > 0 and 1 or 0)\n"                           \
	"    elseif kind == 'p' then\n"                                                                                  \
	"      count = count + call('HDEL', key, hash)\n"                                                                \
	"    elseif kind == 't' then\n"                                                                                  \
	"      for _, member in ipairs(call('HKEYS', key)) do\n"                                                         \
	"        if #member == 16 and (string.sub(member, 1, 8) == half or string.sub(member, 9) == half) then\n"        \
	"          count = count + call('HDEL', key, member)\n"                                                          \
	"        end\n"                                                                                                  \
	"      end\n"                                                                                                    \
	"    end\n"                                                                                                      \
	"  end)\n"                                                                                                       \
	"  return {cursor, count}\n"                                                                                     \
	"end\n"                                                                                                          \
	"function step.count()\n" /* CURSOR PATTERN */                                                                   \
	"  local n = {c = 0, w = 0, s = 0, m = 0, p = 0, o = 0, t = 0, l = 0}\n"                                         \
	"  local cursor = each_key(A[2], function(key, kind)\n"                                                          \
	"    if kind == 'c' then\n"                                                                                      \
	"      local pair, wrote, site = {}, 0, 0\n"                                                                     \
	"      for _, field in ipairs(call('HKEYS', key)) do\n"                                                          \
	"        if #field == 17 then pair[string.sub(field, 1, 16)] = true else site = 1 end\n"                         \
	"        if #field == 17 and string.sub(field, 17) == 'w' then wrote = wrote + 1 end\n"                          \
	"      end\n"                                                                                                    \
	"      for _ in pairs(pair) do n.c = n.c + 1 end\n"                                                              \
	"      n.w, n.s = n.w + wrote, n.s + site\n"                                                                     \
	"    elseif kind == 'p' then n.p = n.p + call('HLEN', key)\n"                                                    \
	"    elseif kind == 't' then\n"                                                                                  \
	"      n.t = n.t + 1\n"                                                                                          \
	"      if call('HGET', key, 'l') == '1' then n.l = n.l + 1 end\n"                                                \
	"    elseif kind == 'm' and key ~= P .. ':meta' then n.m = n.m + 1\n"                                            \
	"    elseif kind == 'o' then n.o = n.o + 1 end\n"                                                                \
	"  end)\n"                                                                                                       \
	"  return {cursor, n.c, n.w, n.s, n.m, n.p, n.o, n.t, n.l}\n"                                                    \
	"end\n"                                                                                                          \
	"return step[A[1]]()\n"

const char redis_script[] = SCRIPT_COMMON SCRIPT_TEMPLATES SCRIPT_LOOK_UP SCRIPT_LEARN SCRIPT_TOOL;
