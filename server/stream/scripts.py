"""What Redis does in one step, in its own Lua: nothing can come between. No Python."""

# Key: a stream; the newest id it must have, the next one, the entry.
# XADD alone would refuse a seq that is there, but not one that leaves a gap: a writer that has not heard yet that the
# night was begun again would ruin it.
APPEND = """
local newest = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
if (newest and newest[1] or "0-0") ~= ARGV[1] then return 0 end
redis.call("XADD", KEYS[1], ARGV[2], "event", ARGV[3])
return 1
"""
# Keys: a night's events and acts; the newest id of each. They may be gone: the answer of a call before this was lost.
ERASE = """
for i = 1, 2 do
  local newest = redis.call("XREVRANGE", KEYS[i], "+", "-", "COUNT", 1)[1]
  if newest and newest[1] ~= ARGV[i] then return 0 end
end
redis.call("DEL", KEYS[1], KEYS[2])
return 1
"""
# Keys: a night's events and acts; the newest id of each, the event that opens it, the acts that stay.
BEGIN_AGAIN = """
for i = 1, 2 do
  local newest = redis.call("XREVRANGE", KEYS[i], "+", "-", "COUNT", 1)[1]
  if (newest and newest[1] or "0-0") ~= ARGV[i] then return 0 end
end
redis.call("DEL", KEYS[1], KEYS[2])
redis.call("XADD", KEYS[1], "1-0", "event", ARGV[3])
for i = 4, #ARGV do redis.call("XADD", KEYS[2], (i - 3) .. "-0", "event", ARGV[i]) end
return 1
"""
