"""What Redis does in one step, in its own Lua: nothing can come between. No Python.

The keys of every script are those of one night: its round, events, acts. The round is a stream of one entry, written
whenever the night's streams are replaced, so that whoever follows is woken by the very step that replaced them.
"""

_NEWEST = """
local function newest(key)
  local entry = redis.call("XREVRANGE", key, "+", "-", "COUNT", 1)[1]
  return entry and entry[1] or "0-0"
end
local function is(key, seq) return newest(key) == seq .. "-0" end
"""
# Arguments: the round, the seq of an event and of an act up to which the night is known; at most how many of each more.
# The answer is whole, from the first entry, where another round has begun, or the night is shorter than it was known.
_SINCE = (
    _NEWEST
    + """
local function since(most)
  local round, events, acts = newest(KEYS[1]), ARGV[2], ARGV[3]
  local function ends(key) return tonumber(string.match(newest(key), "%d+")) end
  local whole = round ~= ARGV[1] or ends(KEYS[2]) < tonumber(events) or ends(KEYS[3]) < tonumber(acts)
  if whole then events, acts = "0", "0" end
  local function read(key, after) return redis.call("XRANGE", key, "(" .. after .. "-0", "+", "COUNT", most) end
  return {whole and 1 or 0, round, read(KEYS[2], events), read(KEYS[3], acts)}
end
"""
)
LOOK = (
    _SINCE
    + """
return {redis.call("TIME"), since(ARGV[4])}
"""
)
# Arguments: the same; then which of the keys gets the entry, and the entry. XADD alone would refuse a seq that is
# there, but not one that leaves a gap, nor what was decided on another night or desk than there is.
APPEND = (
    _SINCE
    + """
local key = tonumber(ARGV[5])
if newest(KEYS[1]) == ARGV[1] and is(KEYS[2], ARGV[2]) and is(KEYS[3], ARGV[3]) then
  redis.call("XADD", KEYS[key], (ARGV[key] + 1) .. "-0", "event", ARGV[6])
  return {redis.call("TIME")}
end
return {redis.call("TIME"), since(ARGV[4])}
"""
)
# No arguments: at once. Or the seqs of the newest event and act; the streams may be gone: the answer of a call before
# this one was lost.
ERASE = (
    _NEWEST
    + """
for i = 2, #ARGV + 1 do
  if newest(KEYS[i]) ~= "0-0" and not is(KEYS[i], ARGV[i - 1]) then return 0 end
end
redis.call("XADD", KEYS[1], "MAXLEN", 1, "*", "erased", 1)
redis.call("DEL", KEYS[2], KEYS[3])
return 1
"""
)
# Arguments: the seqs of the newest event and act, the event that opens the night again, the acts that stay.
BEGIN_AGAIN = (
    _NEWEST
    + """
if not is(KEYS[2], ARGV[1]) or not is(KEYS[3], ARGV[2]) then return 0 end
redis.call("XADD", KEYS[1], "MAXLEN", 1, "*", "begun", 1)
redis.call("DEL", KEYS[2], KEYS[3])
redis.call("XADD", KEYS[2], "1-0", "event", ARGV[3])
for i = 4, #ARGV do redis.call("XADD", KEYS[3], (i - 3) .. "-0", "event", ARGV[i]) end
return 1
"""
)
