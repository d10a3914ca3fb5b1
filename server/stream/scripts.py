"""Lua scripts, each of which Redis runs as one step that nothing can interrupt. No Python.

Every script's keys are those of one night: its round, events, acts, and for scripts that replace these, how far its
webhooks are. The round is a stream of one entry that is written whenever the night's streams are replaced; so the step
that replaces them also wakes the followers.
"""

_NEWEST = """
local function newest(key)
  local entry = redis.call("XREVRANGE", key, "+", "-", "COUNT", 1)[1]
  return entry and entry[1] or "0-0"
end
local function is(key, seq) return newest(key) == seq .. "-0" end
"""
# An entry's mark stands for the whole history up to it (``reading.mark_after``); entries of earlier versions have none.
_MARKED = """
local function has(key, seq, mark)
  if seq == "0" or mark == "" then return true end
  local entry = redis.call("XRANGE", key, seq .. "-0", seq .. "-0")[1]
  return entry and (entry[2][4] or string.sub(redis.sha1hex(entry[2][2]), 1, 16)) == mark
end
"""
# Arguments: the round, and the seqs of the event and act up to which the night is known; at most how many more of each;
# the marks of that event and act, "" where they are not known. The answer is whole, that is from the first entry, if
# another round has begun, or if the night is shorter than was known or has another history.
_SINCE = (
    _NEWEST
    + _MARKED
    + """
local function since(most)
  local round, events, acts = newest(KEYS[1]), ARGV[2], ARGV[3]
  local function ends(key) return tonumber(string.match(newest(key), "%d+")) end
  local whole = round ~= ARGV[1] or ends(KEYS[2]) < tonumber(events) or ends(KEYS[3]) < tonumber(acts)
    or not has(KEYS[2], events, ARGV[5]) or not has(KEYS[3], acts, ARGV[6])
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
# Arguments: the same; then which of the keys gets the entry, the entry, and its mark. XADD alone would refuse a seq
# that exists, but neither one that leaves a gap, nor an entry that was decided on an older state of the other stream.
APPEND = (
    _SINCE
    + """
local key = tonumber(ARGV[7])
if newest(KEYS[1]) == ARGV[1] and is(KEYS[2], ARGV[2]) and is(KEYS[3], ARGV[3])
  and has(KEYS[2], ARGV[2], ARGV[5]) and has(KEYS[3], ARGV[3], ARGV[6]) then
  redis.call("XADD", KEYS[key], (ARGV[key] + 1) .. "-0", "event", ARGV[8], "mark", ARGV[9])
  return {redis.call("TIME")}
end
return {redis.call("TIME"), since(ARGV[4])}
"""
)
# Arguments: the seqs of the newest event and act; or none, to erase whatever there is. It also succeeds if the streams
# are gone: redis-py calls again when the answer to a first call was lost.
ERASE = (
    _NEWEST
    + """
for i = 2, #ARGV + 1 do
  if newest(KEYS[i]) ~= "0-0" and not is(KEYS[i], ARGV[i - 1]) then return 0 end
end
redis.call("XADD", KEYS[1], "MAXLEN", 1, "*", "erased", 1)
redis.call("DEL", KEYS[2], KEYS[3], KEYS[4], KEYS[5])
return 1
"""
)
# Arguments: the seqs of the newest event and act, the event that opens the night again, the acts that stay.
BEGIN_AGAIN = (
    _NEWEST
    + """
if not is(KEYS[2], ARGV[1]) or not is(KEYS[3], ARGV[2]) then return 0 end
redis.call("XADD", KEYS[1], "MAXLEN", 1, "*", "begun", 1)
redis.call("DEL", KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call("XADD", KEYS[2], "1-0", "event", ARGV[3])
for i = 4, #ARGV do redis.call("XADD", KEYS[3], (i - 3) .. "-0", "event", ARGV[i]) end
return 1
"""
)
