-- The way of a good and of a cold message, by OpenDKIM's miltertest: a second opinion on our own client.
-- Run by test_miltertest.py, which starts the daemon and says where it listens.

local address = os.getenv("MILTER_ADDRESS")

local function fail(what)
	error(what, 2)
end

local function check(value, what)
	if value ~= nil then
		fail(what .. ": " .. value)
	end
end

local conn = mt.connect(address, 40, 0.05)
if conn == nil then
	fail("no connection to " .. address)
end
check(mt.conninfo(conn, "client.sender.example", "203.0.113.9"), "connect")
check(mt.helo(conn, "client.sender.example"), "helo")

local function send(queue_id, body, forged)
	mt.macro(conn, SMFIC_MAIL, "i", queue_id)
	check(mt.mailfrom(conn, "<stranger@sender.example>"), "mail")
	check(mt.rcptto(conn, "<me@home.example>"), "rcpt")
	check(mt.header(conn, "From", " A Stranger <stranger@sender.example>"), "header")
	check(mt.header(conn, "Subject", " Hello"), "header")
	for i = 1, forged do
		check(mt.header(conn, "X-Coldshoulder-Class", " forged"), "header")
	end
	check(mt.eoh(conn), "eoh")
	check(mt.bodystring(conn, body), "body")
	check(mt.eom(conn), "eom")
	if mt.getreply(conn) ~= SMFIR_CONTINUE then
		fail("verdict of " .. queue_id .. ": " .. mt.getreply(conn))
	end
end

send("4LUA000001", "I am so sorry to bother you, but we make websites.\r\n", 2)
if not mt.eom_check(conn, MT_HDRINSERT, "X-Coldshoulder-Class", " cold") then
	fail("the cold message is not tagged")
end
if not mt.eom_check(conn, MT_HDRDELETE, "X-Coldshoulder-Class") then
	fail("forged fields are not removed")
end

send("4LUA000002", "See you on Friday.\r\n", 0)
if not mt.eom_check(conn, MT_HDRINSERT, "X-Coldshoulder-Class", " clean") then
	fail("the good message is not marked clean")
end
if mt.eom_check(conn, MT_HDRDELETE, "X-Coldshoulder-Class") then
	fail("a field is removed that was not there")
end

mt.disconnect(conn)

-- An MTA of the year 2003: protocol version 2, and none of the later abilities.
conn = mt.connect(address, 40, 0.05)
if conn == nil then
	fail("no second connection")
end
check(mt.negotiate(conn, 2, 0x7f, 0x3f), "negotiation of version 2")
check(mt.conninfo(conn, "client.sender.example", "203.0.113.9"), "connect")
check(mt.helo(conn, "client.sender.example"), "helo")
send("4LUA000003", "I am so sorry to bother you, but we make websites.\r\n", 0)
if not mt.eom_check(conn, MT_HDRINSERT, "X-Coldshoulder-Class") then
	fail("not tagged by the old protocol")
end
mt.disconnect(conn)
