"""How often an invitation may sign in and send, and an address may try tokens that are not ours."""

from limits import RateLimitItemPerMinute

# The limits are per invitation, which is one person or one program. They are not per address: a thousand officers in
# one hall share an address. Only tokens that open nothing are counted by address.
SIGN_IN = RateLimitItemPerMinute(10, namespace="sign-in-invitation")
OPENING = RateLimitItemPerMinute(60, namespace="opening-invitation")
SENDING = RateLimitItemPerMinute(60, namespace="sending-invitation")
WRONG_TOKENS = RateLimitItemPerMinute(300, namespace="wrong-token-address")
